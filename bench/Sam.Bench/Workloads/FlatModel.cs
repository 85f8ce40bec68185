using Sam.Native;

namespace Sam.Bench;

/// <summary>A model that is nothing but 62 tensors, matrices and vectors in turn, of 11.2 million weights unless said otherwise.</summary>
/// <param name="device">Where it lives.</param>
/// <param name="matrix">Weights of each matrix, a multiple of 16; of 800 where a row is to have so many.</param>
internal sealed class FlatModel(Device device, int matrix = FlatModel.Matrix) : Model(device, 1, 0, Describe(matrix))
{
    /// <summary>Elements of the arena, unless said otherwise.</summary>
    public const int Count = 31 * (Matrix + Vector);

    private const int Matrix = 360_000;
    private const int Vector = 512;
    private const int Columns = 800;

    protected override void ForwardCore(in PassContext pass)
    {
    }

    protected override void BackwardCore(in PassContext pass)
    {
    }

    private static ModelLayout Describe(int matrix)
    {
        List<ParameterInfo> parameters = [];
        int offset = 0;
        for (int i = 0; i < 31; i++)
        {
            int columns = matrix % Columns == 0 ? Columns : matrix;
            Add("weight", new Shape(matrix / columns, columns), ParameterRole.Weight);
            Add("bias", new Shape(Vector), ParameterRole.Bias);

            void Add(string name, Shape shape, ParameterRole role)
            {
                parameters.Add(new ParameterInfo($"{i}.{name}", shape, offset, role, Initializer.KaimingUniform(100)));
                offset += shape.Count;
            }
        }

        return new ModelLayout
        {
            Name = "Flat",
            InputShape = new Shape(1),
            OutputShape = new Shape(1),
            Parameters = [.. parameters],
            Layers = [],
            ArenaCount = offset,
            ActivationCount = 48,
            InputOffset = 0,
            OutputOffset = 16,
            OutputGradientOffset = 32,
        };
    }
}
