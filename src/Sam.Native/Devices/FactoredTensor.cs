namespace Sam.Native;

/// <summary>Where the second moments of one tensor lie: the tensor is a row of matrices, the last two of its dimensions, and each matrix has
/// a moment for each row and for each column. A vector is one row and has moments of its elements only.</summary>
/// <param name="Offset">First element of the tensor in the arenas.</param>
/// <param name="Matrices">Number of matrices.</param>
/// <param name="Rows">Rows of each matrix; 0 for a vector, whose elements are the columns of one row.</param>
/// <param name="Columns">Columns of each matrix.</param>
/// <param name="RowMoments">First of Matrices x Rows floats in the moments' memory: the averages of g^2 over each row.</param>
/// <param name="ColumnMoments">First of Matrices x Columns floats: the averages of g^2 over each column.</param>
/// <param name="RowMeans">First of Matrices floats that take the mean of each matrix's row moments; -1 where there are so few rows that it is
/// computed where it is needed.</param>
internal readonly record struct FactoredTensor(
    int Offset, int Matrices, int Rows, int Columns, int RowMoments, int ColumnMoments, int RowMeans)
{
    /// <summary>The most rows of a matrix without a stored mean.</summary>
    public const int MaximumPlainRows = 64;
}
