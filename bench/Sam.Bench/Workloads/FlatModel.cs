using Sam.Native;

namespace Sam.Bench;

/// <summary>62 tensors, matrices and vectors in turn, of 11.2 million weights unless said otherwise.</summary>
/// <param name="device">Where it lives.</param>
/// <param name="matrix">Weights of each matrix, a multiple of 16; of 800 where a row is to have so many.</param>
internal sealed class FlatModel(Device device, int matrix = FlatModel.Matrix) : WeightsModel(device, 0, "Flat", Tensors(matrix))
{
    /// <summary>Elements of the arena, unless said otherwise.</summary>
    public const int Count = Pairs * (Matrix + Vector);

    private const int Pairs = 31;
    private const int Matrix = 360_000;
    private const int Vector = 512;
    private const int Columns = 800;

    private static IEnumerable<(string Name, Shape Shape, ParameterRole Role)> Tensors(int matrix)
    {
        int columns = matrix % Columns == 0 ? Columns : matrix;
        for (int i = 0; i < Pairs; i++)
        {
            yield return ($"{i}.weight", new Shape(matrix / columns, columns), ParameterRole.Weight);
            yield return ($"{i}.bias", new Shape(Vector), ParameterRole.Bias);
        }
    }
}
