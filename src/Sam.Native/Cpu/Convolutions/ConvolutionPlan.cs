namespace Sam.Native.Cpu;

/// <summary>How a convolution is cut into tiles of pixels, and how its scratch memory is shared out.</summary>
internal static class ConvolutionPlan
{
    /// <summary>Pixels of a tile, at most.</summary>
    public const int MaxPixels = 512;

    /// <summary>Columns of the weight gradient for which a block is padded at once, at most.</summary>
    public const int MaxColumns = 512;

    /// <summary>Elements of the table of offsets in scratch memory.</summary>
    public const int OffsetElements = MaxColumns + 64;

    /// <summary>Elements of a padded tile in scratch memory: what the rest leaves.</summary>
    public const int PaddedElements = (WorkerTeam.ScratchBytes / sizeof(float))
        - TileProduct.TileElements - ProductPlan.SliverElements - ProductPlan.PanelElements - OffsetElements;

    /// <summary>Rows to which packed weights are rounded up: a multiple of every register tile's.</summary>
    public const int RowMultiple = 12;

    /// <summary>Bytes of partial weight gradients, at most, where there are several.</summary>
    private const long MaxPartialBytes = 8 << 20;

    /// <summary>Sums into which the weight gradient is split, at most.</summary>
    private const int MaxPartials = 4;

    /// <summary>Pixels of a tile of a product over a grid: whole images or whole rows of one image where they fit.</summary>
    /// <param name="source">The source.</param>
    /// <param name="batch">Images.</param>
    /// <param name="least">Tiles wanted at least, as far as images and rows allow.</param>
    /// <param name="most">Pixels of a tile, at most.</param>
    /// <param name="channels">Channels of a padded tile.</param>
    /// <param name="padded">Whether tiles are whole and a padded copy of one fits in scratch memory.</param>
    /// <returns>Pixels of a tile: tiles begin at its multiples, in each image anew if it is smaller than an image.</returns>
    public static int TilePixels(in PixelSource source, int batch, int least, int most, int channels, out bool padded)
    {
        int pixels = source.Pixels;
        padded = true;
        if (pixels <= most)
        {
            int images = Math.Max(1, Math.Min(most / pixels, batch / Math.Max(1, least)));
            while (images > 1 && PaddedTile.Elements(source, images, source.GridHeight, channels) > PaddedElements)
            {
                images--;
            }

            if (PaddedTile.Elements(source, images, source.GridHeight, channels) <= PaddedElements)
            {
                return images * pixels;
            }
        }

        int rows = Math.Min(most / source.GridWidth, source.GridHeight);
        while (rows > 1 && PaddedTile.Elements(source, 1, rows, channels) > PaddedElements)
        {
            rows--;
        }

        if (rows >= 1 && PaddedTile.Elements(source, 1, rows, channels) <= PaddedElements)
        {
            int tiles = (source.GridHeight + rows - 1) / rows;
            return (source.GridHeight + tiles - 1) / tiles * source.GridWidth;
        }

        padded = false;
        return Math.Min(pixels, most);
    }

    /// <summary>Pixels of a block of k of the weight gradient, a function of the shape alone: whole images, whole rows, or plain runs.</summary>
    /// <param name="source">The source.</param>
    /// <returns>Pixels of a block: as many images as fit, or an even share of one.</returns>
    public static int DepthPixels(in PixelSource source)
    {
        int pixels = source.Pixels;
        if (pixels <= ProductPlan.MaxDepth)
        {
            return ProductPlan.MaxDepth / pixels * pixels;
        }

        if (source.GridWidth > ProductPlan.MaxDepth)
        {
            return ProductPlan.MaxDepth;
        }

        int rows = ProductPlan.MaxDepth / source.GridWidth;
        int blocks = (source.GridHeight + rows - 1) / rows;
        return (source.GridHeight + blocks - 1) / blocks * source.GridWidth;
    }

    /// <summary>Sums into which the weight gradient of a batch is split, a function of the sizes alone.</summary>
    /// <param name="weights">Elements of the weights.</param>
    /// <param name="units">Runs of images that are never split.</param>
    /// <returns>The number of sums.</returns>
    public static int Partials(long weights, int units) =>
        (int)Math.Max(1, Math.Min(Math.Min(units, MaxPartials), MaxPartialBytes / (weights * sizeof(float))));
}
