namespace Sam.Native;

/// <summary>A share of the work of <see cref="DeviceKernels.FactoredMoments"/>. A constant of the arithmetic: no sum goes beyond its part.</summary>
/// <param name="Tensor">Number of the tensor.</param>
/// <param name="Kind">What to compute.</param>
/// <param name="First">First matrix, or first row counted through all matrices, or the matrix.</param>
/// <param name="Count">Number of matrices or rows; for columns the first of at most <see cref="ColumnCount"/> columns.</param>
internal readonly record struct FactoredPart(int Tensor, FactoredPartKind Kind, int First, int Count)
{
    /// <summary>Columns of a part.</summary>
    public const int ColumnCount = 64;

    /// <summary>Elements up to which a matrix is computed as a whole, and about how many a part has.</summary>
    public const int ElementCount = 16384;
}
