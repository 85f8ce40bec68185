namespace Sam.Native.Cpu;

/// <summary>The block sizes of a product: how k is cut, which depends on k alone, and how C is shared out, which no result shows.</summary>
internal static class ProductPlan
{
    /// <summary>The most k in one block.</summary>
    public const int MaxDepth = 256;

    /// <summary>The most rows of A packed at once: a block of A stays in the second-level cache.</summary>
    public const int MaxRows = 528;

    /// <summary>Room for a sliver of B: what packing may spill included.</summary>
    public const int SliverElements = (32 * MaxDepth) + PixelPacking.Slack;

    /// <summary>Room for the panels of A.</summary>
    public const int PanelElements = (MaxRows * MaxDepth) + PanelPacking.Slack;

    /// <summary>Multiply-adds below which a second thread costs more than it brings.</summary>
    public const long ParallelThreshold = 1 << 19;

    /// <summary>Length of the blocks of k: all equal but the last, a multiple of 16, at most <see cref="MaxDepth"/>.</summary>
    /// <param name="depth">Number of k.</param>
    /// <returns>The length.</returns>
    public static int DepthBlock(int depth)
    {
        if (depth <= MaxDepth)
        {
            return Math.Max(depth, 1);
        }

        int blocks = ((depth - 1) / MaxDepth) + 1;
        return ((((depth - 1) / blocks) + 1) + 15) & ~15;
    }

    /// <summary>Rows of A packed at once: even shares, whole panels, at most <see cref="MaxRows"/>.</summary>
    /// <param name="rows">Rows of A.</param>
    /// <param name="height">Rows of a panel.</param>
    /// <returns>The rows.</returns>
    public static int RowChunk(int rows, int height)
    {
        int chunks = ((rows - 1) / MaxRows) + 1;
        int share = ((rows - 1) / chunks) + 1;
        return (share + height - 1) / height * height;
    }

    /// <summary>Cuts C into a grid of parts so that the busiest thread is done soonest, its packing counted.</summary>
    /// <param name="panels">Panels of rows.</param>
    /// <param name="slivers">Slivers of columns.</param>
    /// <param name="threads">Threads that share the parts.</param>
    /// <returns>Parts along the rows and along the columns.</returns>
    public static (int Rows, int Columns) Grid(int panels, int slivers, int threads)
    {
        long best = long.MaxValue;
        (int Rows, int Columns) grid = (1, 1);
        int most = Math.Min(panels, 2 * threads);
        for (int rows = 1; rows <= most; rows++)
        {
            for (int share = 1; share <= 2; share++)
            {
                int columns = Math.Clamp(share * threads / rows, 1, slivers);
                long height = (panels + rows - 1) / rows;
                long width = (slivers + columns - 1) / columns;
                // A tile takes 12 cycles for each k, packing a panel or a sliver about 3 and 8.
                long part = (12 * height * width) + (3 * height) + (8 * width);
                long rounds = (((long)rows * columns) + threads - 1) / threads;
                if (part * rounds < best)
                {
                    best = part * rounds;
                    grid = (rows, columns);
                }
            }
        }

        return grid;
    }
}
