namespace Sam.Emulator;

/// <summary>The extent of a grid (in blocks) or of a block (in threads) along its three axes.</summary>
/// <param name="X">Extent along x, the axis that varies fastest; at least 1.</param>
/// <param name="Y">Extent along y; at least 1.</param>
/// <param name="Z">Extent along z; at least 1.</param>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    /// <summary>The number of blocks or threads: X * Y * Z.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>The extents as CUDA programs write them, for example <c>(4, 1, 1)</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
