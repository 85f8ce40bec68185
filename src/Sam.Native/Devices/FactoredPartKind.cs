namespace Sam.Native;

/// <summary>What a <see cref="FactoredPart"/> computes.</summary>
internal enum FactoredPartKind
{
    /// <summary>Row and column moments of whole matrices.</summary>
    Matrices,

    /// <summary>Moments of rows.</summary>
    Rows,

    /// <summary>Moments of some columns of one matrix, over all its rows.</summary>
    Columns,
}
