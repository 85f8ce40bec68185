namespace Sam.Native.Cpu;

/// <summary>Which convolutions go through <see cref="IWinogradForm"/>, and how they are cut. The choice depends on the shape and the
/// batch alone; the cut shows in no result.</summary>
internal static class WinogradPlan
{
    /// <summary>Elements of a vector pass in scratch memory: 6 by 7 vectors.</summary>
    public const int TemporaryElements = 42 * 16;

    /// <summary>The most k that one chain of the products runs over.</summary>
    public const int DepthBlock = 256;

    /// <summary>Elements between the channels of two tiles: a panel's rows then lie in different sets of the first-level cache.</summary>
    public const int RowGap = 16;

    private const int ChannelMultiple = 16;
    private const int LeastChannels = 32;
    private const int LeastTiles = 48;
    private const int MostTiles = 100;
    private const int MostProductElements = 1 << 16;
    private const int MostGradientTiles = 256;
    private const long GradientElements = 1 << 20;
    private const int Room = WorkerTeam.ScratchBytes / sizeof(float);

    /// <summary>Whether a convolution, forward and data gradient, is done this way.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>True for squares of 3 or 5 taps, stride 1, where channels and pixels are many enough to pay for the transforms.</returns>
    public static bool Applies(in Conv2dShape shape, int batch)
    {
        bool form = shape is
        {
            KernelHeight: 3 or 5, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
        };
        if (!form || shape.KernelWidth != shape.KernelHeight
            || shape.PaddingHeight >= shape.KernelHeight || shape.PaddingWidth >= shape.KernelWidth
            || shape.InChannels % ChannelMultiple != 0 || shape.OutChannels % ChannelMultiple != 0
            || Math.Min(shape.InChannels, shape.OutChannels) < LeastChannels)
        {
            return false;
        }

        return Pays(shape.OutHeight, shape.OutWidth, batch) && Pays(shape.InHeight, shape.InWidth, batch)
            && Elements(shape.KernelHeight, shape.InChannels, shape.InWidth, shape.OutWidth, 1, 1) <= Room
            && Elements(shape.KernelHeight, shape.OutChannels, shape.OutWidth, shape.InWidth, 1, 1) <= Room;
    }

    /// <summary>Whether the gradient of the weights is done this way.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>True where the other directions are, and the pixels are many enough to pay for larger sums.</returns>
    public static bool AppliesToWeights(in Conv2dShape shape, int batch)
    {
        long tileColumns = (shape.OutWidth + 1) / 2;
        long rows = (2 * PartTileRows(shape)) + shape.KernelHeight - 1;
        long pixels = rows * Math.Max(shape.InWidth, shape.OutWidth);
        long channels = Math.Max(shape.InChannels, shape.OutChannels);
        return Applies(shape, batch)
            && batch * tileColumns * ((shape.OutHeight + 1) / 2) >= 2 * LeastTiles
            && tileColumns <= MostGradientTiles
            && TemporaryElements + 128 + ((pixels + 1) * channels) <= Room;
    }

    /// <summary>Rows of tiles whose products are summed in one chain: a function of the shape alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The rows; a chunk may begin and end inside of an image.</returns>
    public static int ChunkTileRows(in Conv2dShape shape)
    {
        int products = Products(shape.KernelHeight);
        long tiles = GradientElements / ((long)products * products * (shape.InChannels + shape.OutChannels));
        return (int)Math.Max(1, Math.Clamp(tiles, 128, MostGradientTiles) / ((shape.OutWidth + 1) / 2));
    }

    /// <summary>Rows of tiles that are transformed at once for the gradient of the weights.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The rows.</returns>
    public static int PartTileRows(in Conv2dShape shape) => Math.Max(1, 32 / ((shape.OutWidth + 1) / 2));

    /// <summary>Elements of workspace that the gradient of the weights takes.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The transformed inputs and gradients of a chunk, then the sums.</returns>
    public static long GradientWorkspace(in Conv2dShape shape)
    {
        long products = Products(shape.KernelHeight) * Products(shape.KernelHeight);
        long tiles = ChunkTileRows(shape) * ((shape.OutWidth + 1L) / 2);
        return products * ((tiles * (shape.InChannels + shape.OutChannels + (2 * RowGap))) + ((long)shape.InChannels * shape.OutChannels));
    }

    /// <summary>Elements of the transformed weights.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The most of both directions.</returns>
    public static long WeightElements(in Conv2dShape shape)
    {
        long products = Products(shape.KernelHeight) * Products(shape.KernelHeight);
        long forward = (long)RoundUp(shape.OutChannels) * shape.InChannels;
        long data = (long)RoundUp(shape.InChannels) * shape.OutChannels;
        return products * Math.Max(forward, data);
    }

    /// <summary>Tiles whose products lie in scratch memory at once.</summary>
    /// <param name="products">Products of a tile.</param>
    /// <param name="lanes">Lanes of a sliver.</param>
    /// <param name="tiles">Tiles of a part.</param>
    /// <returns>All, or a multiple of every register tile's rows.</returns>
    public static int TileGroup(int products, int lanes, int tiles) =>
        Math.Min(tiles, Math.Max(12, MostProductElements / (products * lanes) / 12 * 12));

    /// <summary>Cuts a batch into parts, each a run of whole images or a run of rows of tiles of one.</summary>
    /// <param name="taps">Taps of one dimension.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="width">Columns of the source.</param>
    /// <param name="outHeight">Rows of the result.</param>
    /// <param name="outWidth">Columns of the result.</param>
    /// <param name="batch">Images.</param>
    /// <param name="threads">Threads that share the parts.</param>
    /// <returns>Images of a part, and rows of tiles of a part: all of them where it has several images.</returns>
    public static (int Images, int TileRows) Cut(
        int taps, int channels, int width, int outHeight, int outWidth, int batch, int threads)
    {
        int tileRows = (outHeight + 1) / 2;
        int tileColumns = (outWidth + 1) / 2;
        (int Images, int TileRows) best = (1, 1);
        long least = long.MaxValue;
        for (int rows = 1; rows <= tileRows; rows++)
        {
            int most = rows == tileRows ? batch : 1;
            for (int images = 1; images <= most; images++)
            {
                int tiles = images * rows * tileColumns;
                if ((images > 1 || rows > 1) && (tiles > MostTiles || Elements(taps, channels, width, outWidth, images, rows) > Room))
                {
                    break;
                }

                long parts = (long)((tileRows + rows - 1) / rows) * ((batch + images - 1) / images);
                // A part's rows of tiles are rounded up to panels; reading the weights again weighs as much as a few more.
                long cost = (parts + threads - 1) / threads * (((tiles + 11) / 12 * 12) + 8);
                if (cost <= least)
                {
                    least = cost;
                    best = (images, rows);
                }
            }
        }

        return best;
    }

    private static int Products(int taps) => taps == 3 ? Winograd3.Products : Winograd5.Products;

    private static int RoundUp(int lanes) => (lanes + 31) / 32 * 32;

    private static bool Pays(int height, int width, int batch)
    {
        long tiles = (long)batch * ((height + 1) / 2) * ((width + 1) / 2);
        return tiles >= LeastTiles && (long)batch * height * width * 4 >= tiles * 4 * 3;
    }

    /// <summary>Elements of scratch memory that a part takes, at most.</summary>
    private static long Elements(int taps, int channels, int width, int outWidth, int images, int tileRows)
    {
        long tiles = (long)images * tileRows * ((outWidth + 1) / 2);
        long products = Products(taps) * Products(taps);
        long source = images * ((2L * tileRows) + taps - 1) * width * channels;
        long transformed = products * tiles * (channels + RowGap);
        long sums = Math.Max(MostProductElements, products * 12 * 32);
        long result = images * 2L * tileRows * outWidth * 32;
        return TileProduct.TileElements + TemporaryElements + 128 + channels + source + transformed + sums + result;
    }
}
