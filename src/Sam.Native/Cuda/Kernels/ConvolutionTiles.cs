namespace Sam.Native.Cuda;

/// <summary>The tiles of a convolution's product and the slices its sums are cut into: functions of the sizes alone, so that the order of the sums
/// is the same on every device.</summary>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="Columns">Columns of a tile.</param>
/// <param name="RowTiles">Tiles over the rows of all groups.</param>
/// <param name="ColumnTiles">Tiles over the columns.</param>
/// <param name="Slices">Slices of k, each with a sum of its own; 1 sums straight into the result.</param>
internal readonly record struct ConvolutionTiles(int Rows, int Columns, int RowTiles, int ColumnTiles, int Slices)
{
    /// <summary>Blocks that keep a device of about a hundred multiprocessors busy.</summary>
    public const int BusyBlocks = 128;

    /// <summary>Floats that the slices of any product need, biases included: no more than this many tiles of the largest kind are sliced.</summary>
    public const long WorkspaceElements = 2 * BusyBlocks * ((64 * 64) + 64 + 64);

    private const int TileDepth = 8;

    // Slices shorter than this many tiles of k spend more on filling their pipeline and on adding the slices than the blocks gain.
    private const int ShortestSlice = 16;

    // Adding more slices than this for each element takes longer than the product.
    private const int MostSlices = 64;

    /// <summary>Forward pass and data gradient: the largest tile that keeps the device busy, since it loads least for each multiply-add; where
    /// even the smallest one does not, k is sliced.</summary>
    /// <param name="rows">Rows of a group.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="columns">Columns: pixels of a phase.</param>
    /// <param name="phases">Phases: products of their own in the same launch.</param>
    /// <param name="depth">Length of the sums.</param>
    public static ConvolutionTiles ForPixels(int rows, int groups, long columns, int phases, int depth)
    {
        ReadOnlySpan<(int Rows, int Columns)> kinds = [(64, 128), (64, 64), (32, 64)];
        ConvolutionTiles tiles = default;
        foreach ((int height, int width) in kinds)
        {
            bool isLast = height == 32;
            if (rows <= 32 && !isLast) continue;
            tiles = new ConvolutionTiles(height, width, Count(rows, height) * groups, Count(columns, width), 1);
            if (tiles.Blocks * phases >= BusyBlocks) return tiles;
        }

        return tiles with { Slices = SlicesOf(tiles.Blocks * phases, depth) };
    }

    /// <summary>Weight gradient: sums are long and results small, so that slices make the blocks.</summary>
    /// <param name="rows">Output channels of a group.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="columns">Weights of a row.</param>
    /// <param name="depth">Pixels of all images.</param>
    public static ConvolutionTiles ForWeights(int rows, int groups, int columns, long depth)
    {
        int height = rows <= 32 ? 32 : 64;
        ConvolutionTiles tiles = new(height, 64, Count(rows, height) * groups, Count(columns, 64), 1);
        return tiles.Blocks >= BusyBlocks ? tiles : tiles with { Slices = SlicesOf(tiles.Blocks, depth) };
    }

    private long Blocks => (long)RowTiles * ColumnTiles;

    private static int Count(long size, int tile) => (int)((size + tile - 1) / tile);

    private static int SlicesOf(long blocks, long depth)
    {
        long longEnough = Count(depth, TileDepth) / ShortestSlice;
        return (int)Math.Clamp(Math.Min(2 * BusyBlocks / blocks, longEnough), 1, MostSlices);
    }
}
