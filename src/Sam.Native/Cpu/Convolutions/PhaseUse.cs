namespace Sam.Native.Cpu;

/// <summary>The shifts that one phase of a <see cref="PhasePlan"/> multiplies: some rows and columns of them that follow each other.</summary>
internal struct PhaseUse
{
    /// <summary>Number of rows; may be 0.</summary>
    public int Rows;

    /// <summary>The first row.</summary>
    public int Row;

    /// <summary>Number of columns; may be 0.</summary>
    public int Columns;

    /// <summary>The first column.</summary>
    public int Column;

    /// <summary>Shifts in all.</summary>
    public readonly int Count => Rows * Columns;
}
