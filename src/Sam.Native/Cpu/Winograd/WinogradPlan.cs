namespace Sam.Native.Cpu;

/// <summary>Which convolutions go through which <see cref="IWinogradForm"/>, and how they are cut. The choice depends on the shape and the
/// batch alone; the cut of <see cref="Cut"/> shows in no result.</summary>
internal static class WinogradPlan
{
    /// <summary>The most products of a tile, of any form.</summary>
    public const int MaxProducts = 36;

    /// <summary>Elements of a vector pass in scratch memory: 16 outputs and 4 by 6 sums on the way to them.</summary>
    public const int TemporaryElements = 40 * 16;

    /// <summary>The most k that one chain of the products runs over.</summary>
    public const int DepthBlock = 256;

    /// <summary>Elements between the channels of two tiles: a panel's rows then lie in different sets of the first-level cache.</summary>
    public const int RowGap = 16;

    private const int ChannelMultiple = 16;
    private const int LeastChannels = 32;
    private const int LeastTiles = 48;
    private const int MostTiles = 100;

    // Weights that stay in the second-level cache leave room there for what so many tiles are transformed to.
    private const int CachedWeights = 1 << 18;
    private const int MostTilesBesideWeights = 48;

    private const int MostProductElements = 1 << 16;
    private const int MostGradientTiles = 256;
    private const long GradientElements = 1 << 20;
    private const long GroupElements = 1 << 19;
    private const long GroupSums = 1 << 20;
    private const int MostGroups = 8;
    private const int Room = WorkerTeam.ScratchBytes / sizeof(float);

    // Where transformed weights go to memory and are read again for every part: so many weights go with a tile of four outputs at most.
    private const long WeightsPerFourTile = 1024;

    // A sliver of weights is better transformed by the thread that multiplies it where a tile has at least so many of them.
    private const long WeightsPerWideTile = 1 << 15;
    private const int MostWideTiles = 256;
    private const int LeastWideTiles = 8;

    /// <summary>The form of a convolution.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>None but for squares of 3 or 5 taps, stride 1, where channels and pixels are many enough to pay for the transforms.</returns>
    public static WinogradForm Convolution(in Conv2dShape shape, int batch) =>
        Form(shape, batch, shape.InChannels, shape.InWidth, shape.OutHeight, shape.OutWidth);

    /// <summary>The form of a data gradient, which is a convolution of the output's gradient.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>The form.</returns>
    public static WinogradForm Data(in Conv2dShape shape, int batch) =>
        Form(shape, batch, shape.OutChannels, shape.OutWidth, shape.InHeight, shape.InWidth);

    /// <summary>The form of a weight gradient.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>None but where the other directions have one and pixels are many enough to pay for larger sums.</returns>
    public static WinogradForm Weights(in Conv2dShape shape, int batch)
    {
        if (!Fits(shape)) return WinogradForm.None;
        WinogradForm form = Form(shape, batch, shape.OutHeight, shape.OutWidth);
        return Pays(shape, form, shape.OutHeight, shape.OutWidth, batch, 2 * LeastTiles) && Tiles(1, shape.OutWidth, 1, Outputs(form)) <= MostGradientTiles && TransformElements(shape, form) <= Room
            ? form
            : WinogradForm.None;
    }

    /// <summary>Whether a convolution or data gradient goes through <see cref="WinogradSlivers"/> rather than <see cref="WinogradJob"/>: a
    /// function of shape and batch alone, for it decides on the length of the sums.</summary>
    /// <param name="form">The form.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="lanes">Channels of the result.</param>
    /// <param name="outHeight">Rows of the result.</param>
    /// <param name="outWidth">Columns of the result.</param>
    /// <param name="batch">Images.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsWide(WinogradForm form, int channels, int lanes, int outHeight, int outWidth, int batch) =>
        Tiles(outHeight, outWidth, batch, Outputs(form)) <= WideTiles(form, channels, lanes);

    /// <summary>Whether a weight gradient goes through <see cref="WinogradGradientBlocks"/>.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="form">The form.</param>
    /// <param name="batch">Images.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsWide(in Conv2dShape shape, WinogradForm form, int batch) =>
        IsWide(form, shape.InChannels, shape.OutChannels, shape.OutHeight, shape.OutWidth, batch);

    /// <summary>Outputs of a tile in one dimension.</summary>
    /// <param name="form">The form.</param>
    /// <returns>Its number, at least 1.</returns>
    public static int Outputs(WinogradForm form) => form == WinogradForm.FourOutputsThreeTaps ? 4 : 2;

    /// <summary>Products of a tile in two dimensions.</summary>
    /// <param name="form">The form.</param>
    /// <returns>Their number.</returns>
    public static int Products(WinogradForm form) => form == WinogradForm.TwoOutputsThreeTaps ? 16 : MaxProducts;

    /// <summary>Groups of chunks whose sums are kept apart for the gradient of the weights, so that a thread transforms what it multiplies:
    /// several where sums are small. A function of shape and form alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="form">The form.</param>
    /// <returns>The number of groups, at least 1.</returns>
    public static int Groups(in Conv2dShape shape, WinogradForm form)
    {
        long sums = (long)Products(form) * shape.InChannels * shape.OutChannels;
        long chunk = Products(form) * Tiles(1, shape.OutWidth, 1, Outputs(form)) * (shape.InChannels + shape.OutChannels + (2 * RowGap));
        return chunk > GroupElements || TransformElements(shape, form) + GroupElements > Room ? 1 : (int)Math.Clamp(GroupSums / sums, 1, MostGroups);
    }

    /// <summary>Rows of tiles whose products are summed in one chain: a function of shape and form alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="form">The form.</param>
    /// <returns>The rows; a chunk may begin and end inside of an image.</returns>
    public static int ChunkTileRows(in Conv2dShape shape, WinogradForm form)
    {
        long elements = (long)Products(form) * (shape.InChannels + shape.OutChannels + (2 * RowGap));
        long tiles = Groups(shape, form) > 1
            ? Math.Min(GroupElements / elements, MostGradientTiles)
            : Math.Clamp(GradientElements / elements, 128, MostGradientTiles);
        return (int)Math.Max(1, tiles / Tiles(1, shape.OutWidth, 1, Outputs(form)));
    }

    /// <summary>Elements of scratch memory that <see cref="WinogradGradientInputs"/> takes, a multiple of 16.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="form">The form.</param>
    /// <returns>The elements.</returns>
    public static long TransformElements(in Conv2dShape shape, WinogradForm form)
    {
        long rows = (Outputs(form) * PartTileRows(shape, form)) + shape.KernelHeight - 1;
        long pixels = rows * Math.Max(shape.InWidth, shape.OutWidth);
        return (TemporaryElements + 128 + ((pixels + 1) * Math.Max(shape.InChannels, shape.OutChannels)) + 15) & ~15L;
    }

    /// <summary>Rows of tiles that are transformed at once for the gradient of the weights.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="form">The form.</param>
    /// <returns>The rows.</returns>
    public static int PartTileRows(in Conv2dShape shape, WinogradForm form)
    {
        int outputs = Outputs(form);
        return (int)Math.Max(1, 128 / (outputs * outputs) / Tiles(1, shape.OutWidth, 1, outputs));
    }

    /// <summary>Elements of workspace that all directions take, in batches of up to some images.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images, at most.</param>
    /// <returns>The elements; 0 where no direction has a form.</returns>
    public static long Workspace(in Conv2dShape shape, int batch)
    {
        long most = 0;
        foreach (WinogradForm form in (ReadOnlySpan<WinogradForm>)
            [WinogradForm.TwoOutputsThreeTaps, WinogradForm.FourOutputsThreeTaps, WinogradForm.TwoOutputsFiveTaps])
        {
            // A smaller batch may have fewer outputs to a tile, and fewer tiles may be wide.
            bool convolves = Convolution(shape, batch) is WinogradForm convolution && MayBe(convolution, form);
            if (convolves) most = Math.Max(most, Workspace(form, shape.InChannels, shape.OutChannels, shape.OutHeight, shape.OutWidth, batch));
            bool hasData = Data(shape, batch) is WinogradForm data && MayBe(data, form);
            if (hasData) most = Math.Max(most, Workspace(form, shape.OutChannels, shape.InChannels, shape.InHeight, shape.InWidth, batch));
            bool hasWeights = Weights(shape, batch) is WinogradForm weights && MayBe(weights, form);
            if (hasWeights) most = Math.Max(most, GradientWorkspace(shape, form, batch));
        }

        return most;

        static bool MayBe(WinogradForm chosen, WinogradForm other) =>
            chosen == other || (chosen == WinogradForm.FourOutputsThreeTaps && other == WinogradForm.TwoOutputsThreeTaps)
            || (chosen == WinogradForm.TwoOutputsThreeTaps && other == WinogradForm.FourOutputsThreeTaps);
    }

    /// <summary>Tiles whose products lie in scratch memory at once.</summary>
    /// <param name="products">Products of a tile.</param>
    /// <param name="lanes">Lanes of a sliver.</param>
    /// <param name="tiles">Tiles of a part.</param>
    /// <returns>All, or a multiple of every register tile's rows.</returns>
    public static int TileGroup(int products, int lanes, int tiles) =>
        Math.Min(tiles, Math.Max(12, MostProductElements / (products * lanes) / 12 * 12));

    /// <summary>Cuts a batch into parts, each a run of whole images or a run of rows of tiles of one.</summary>
    /// <param name="form">The form.</param>
    /// <param name="taps">Taps of one dimension.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="lanes">Channels of the result.</param>
    /// <param name="width">Columns of the source.</param>
    /// <param name="outHeight">Rows of the result.</param>
    /// <param name="outWidth">Columns of the result.</param>
    /// <param name="batch">Images.</param>
    /// <param name="threads">Threads that share the parts.</param>
    /// <returns>Images of a part, and rows of tiles of a part: all of them where it has several images.</returns>
    public static (int Images, int TileRows) Cut(
        WinogradForm form, int taps, int channels, int lanes, int width, int outHeight, int outWidth, int batch, int threads)
    {
        int tileRows = (int)Tiles(outHeight, 1, 1, Outputs(form));
        int tileColumns = (int)Tiles(1, outWidth, 1, Outputs(form));
        (int Images, int TileRows) best = (1, 1);
        long least = long.MaxValue;
        int mostTiles = Products(form) * channels * lanes <= CachedWeights ? MostTilesBesideWeights : MostTiles;
        for (int rows = 1; rows <= tileRows; rows++)
        {
            int most = rows == tileRows ? batch : 1;
            for (int images = 1; images <= most; images++)
            {
                int tiles = images * rows * tileColumns;
                if ((images > 1 || rows > 1) && (tiles > mostTiles || Elements(form, taps, channels, width, outWidth, images, rows) > Room))
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

    private static WinogradForm Form(in Conv2dShape shape, int batch, int channels, int width, int outHeight, int outWidth)
    {
        if (!Fits(shape)) return WinogradForm.None;
        WinogradForm form = Form(shape, batch, outHeight, outWidth);
        return Pays(shape, form, outHeight, outWidth, batch, LeastTiles) && Elements(form, shape.KernelHeight, channels, width, outWidth, 1, 1) <= Room ? form : WinogradForm.None;
    }

    private static WinogradForm Form(in Conv2dShape shape, int batch, int outHeight, int outWidth) =>
        shape.KernelHeight == 5 ? WinogradForm.TwoOutputsFiveTaps
        : PaysForFour(shape, batch, outHeight, outWidth) ? WinogradForm.FourOutputsThreeTaps
        : WinogradForm.TwoOutputsThreeTaps;

    private static bool Fits(in Conv2dShape shape)
    {
        bool form = shape is
        {
            KernelHeight: 3 or 5, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
        };
        return form && shape.KernelWidth == shape.KernelHeight
            && shape.PaddingHeight < shape.KernelHeight && shape.PaddingWidth < shape.KernelWidth
            && shape.InChannels % ChannelMultiple == 0 && shape.OutChannels % ChannelMultiple == 0
            && Math.Min(shape.InChannels, shape.OutChannels) >= LeastChannels;
    }

    // Tiles are counted by two outputs, whatever the form, but for wide ones; three quarters of their outputs exist.
    private static bool Pays(in Conv2dShape shape, WinogradForm form, int height, int width, int batch, int leastTiles)
    {
        long two = Tiles(height, width, batch, 2);
        bool many = two >= leastTiles || (IsWide(form, shape.InChannels, shape.OutChannels, height, width, batch)
            && Tiles(height, width, batch, Outputs(form)) >= LeastWideTiles);
        return many && (long)batch * height * width >= two * 3;
    }

    private static bool PaysForFour(in Conv2dShape shape, int batch, int height, int width)
    {
        const WinogradForm Four = WinogradForm.FourOutputsThreeTaps;
        long four = Tiles(height, width, batch, 4), two = Tiles(height, width, batch, 2);
        return four * Products(Four) < two * Products(WinogradForm.TwoOutputsThreeTaps)
            && (IsWide(Four, shape.InChannels, shape.OutChannels, height, width, batch)
                || four * WeightsPerFourTile >= (long)shape.InChannels * shape.OutChannels);
    }

    // Tiles up to which a convolution is wide.
    private static long WideTiles(WinogradForm form, int channels, int lanes) =>
        Math.Min(MostWideTiles, (long)Products(form) * channels * lanes / WeightsPerWideTile);

    private static long Tiles(int height, int width, int batch, int outputs) =>
        (long)batch * ((height + outputs - 1) / outputs) * ((width + outputs - 1) / outputs);

    // Transformed weights, or where a sliver's stay with their thread the transformed inputs.
    private static long Workspace(WinogradForm form, int channels, int lanes, int outHeight, int outWidth, int batch)
    {
        long tiles = Tiles(outHeight, outWidth, batch, Outputs(form));
        long wide = WideTiles(form, channels, lanes), inputs = Products(form) * Math.Min(tiles, wide) * (channels + RowGap);
        return tiles <= wide ? inputs : Math.Max(inputs, Products(form) * (((long)lanes + 31) / 32 * 32) * channels);
    }

    private static long GradientWorkspace(in Conv2dShape shape, WinogradForm form, int batch)
    {
        long elements = shape.InChannels + shape.OutChannels + (2 * RowGap), all = Tiles(shape.OutHeight, shape.OutWidth, batch, Outputs(form));
        long wide = WideTiles(form, shape.InChannels, shape.OutChannels), whole = Products(form) * Math.Min(all, wide) * elements;
        if (all <= wide) return whole;
        long tiles = ChunkTileRows(shape, form) * Tiles(1, shape.OutWidth, 1, Outputs(form));
        long sums = (long)Groups(shape, form) * shape.InChannels * shape.OutChannels;
        return Math.Max(whole, Products(form) * ((tiles * elements) + sums));
    }

    /// <summary>Elements of scratch memory that a part takes, at most.</summary>
    private static long Elements(WinogradForm form, int taps, int channels, int width, int outWidth, int images, int tileRows)
    {
        int outputs = Outputs(form);
        long tiles = images * Tiles(tileRows * outputs, outWidth, 1, outputs), products = Products(form);
        long source = (((long)outputs * tileRows) + taps - 1) * width * channels;
        long transformed = products * tiles * (channels + RowGap);
        long sums = Math.Max(MostProductElements, products * 12 * 32);
        long result = images * (long)outputs * tileRows * outWidth * 32;
        return TileProduct.TileElements + TemporaryElements + 128 + channels + source + transformed + sums + result;
    }
}
