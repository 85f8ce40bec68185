namespace Sam.Native.Cpu;

/// <content>The directions that go through <see cref="IWinogradForm"/>.</content>
internal static unsafe partial class Convolution
{
    private static void ForwardWinograd(
        WorkerTeam team,
        WinogradForm form,
        in Conv2dShape shape,
        int batch,
        float* input,
        float* weights,
        float* bias,
        bool relu,
        float* output,
        float* workspace,
        VectorWidth width)
    {
        int taps = shape.KernelHeight * shape.KernelWidth;
        WinogradLayer layer = new()
        {
            Source = input,
            Channels = shape.InChannels,
            Height = shape.InHeight,
            Width = shape.InWidth,
            PaddingRows = shape.PaddingHeight,
            PaddingColumns = shape.PaddingWidth,
            Target = output,
            OutHeight = shape.OutHeight,
            OutWidth = shape.OutWidth,
            Bias = bias,
            Relu = relu,
            Batch = batch,
            Weights = new()
            {
                Weights = weights,
                LaneStep = (nint)shape.InChannels * taps,
                DepthStep = taps,
                Form = form,
                Lanes = shape.OutChannels,
                Depth = shape.InChannels,
                Packed = workspace,
                Width = width,
            },
        };
        Run(team, layer, shape.KernelHeight);
    }

    private static void BackwardWinograd(
        WorkerTeam team,
        WinogradForm form,
        in Conv2dShape shape,
        int batch,
        float* outputGradient,
        float* weights,
        float* mask,
        float* inputGradient,
        bool accumulate,
        float* workspace,
        VectorWidth width)
    {
        int taps = shape.KernelHeight * shape.KernelWidth;
        WinogradLayer layer = new()
        {
            Source = outputGradient,
            Channels = shape.OutChannels,
            Height = shape.OutHeight,
            Width = shape.OutWidth,
            PaddingRows = shape.KernelHeight - 1 - shape.PaddingHeight,
            PaddingColumns = shape.KernelWidth - 1 - shape.PaddingWidth,
            Target = inputGradient,
            OutHeight = shape.InHeight,
            OutWidth = shape.InWidth,
            Mask = mask,
            Accumulate = accumulate,
            Batch = batch,
            Weights = new()
            {
                Weights = weights,
                LaneStep = taps,
                DepthStep = (nint)shape.InChannels * taps,
                Reversed = true,
                Form = form,
                Lanes = shape.InChannels,
                Depth = shape.OutChannels,
                Packed = workspace,
                Width = width,
            },
        };
        Run(team, layer, shape.KernelHeight);
    }

    private static void WeightsWinograd(
        WorkerTeam team,
        WinogradForm form,
        in Conv2dShape shape,
        int batch,
        float* input,
        float* outputGradient,
        float* weightGradient,
        bool accumulate,
        float* workspace,
        VectorWidth width)
    {
        int outputs = WinogradPlan.Outputs(form);
        int tileColumns = (shape.OutWidth + outputs - 1) / outputs;
        int tileRows = batch * ((shape.OutHeight + outputs - 1) / outputs);
        int chunk = WinogradPlan.ChunkTileRows(shape, form);
        int products = WinogradPlan.Products(form);
        nint tiles = (nint)chunk * tileColumns;
        float* inputs = workspace;
        float* gradients = inputs + (products * tiles * (shape.InChannels + WinogradPlan.RowGap));
        float* sums = gradients + (products * tiles * (shape.OutChannels + WinogradPlan.RowGap));
        WinogradGradientInputs transform = new()
        {
            Shape = shape,
            Form = form,
            Input = input,
            OutputGradient = outputGradient,
            Inputs = inputs,
            Gradients = gradients,
            PartTileRows = WinogradPlan.PartTileRows(shape, form),
            ChunkTiles = (int)tiles,
            Width = width,
            Scratch = team.Scratch(0),
        };
        if (WinogradPlan.IsWide(shape, form, batch))
        {
            WeightsWide(team, transform, tileRows, tileColumns, weightGradient, accumulate);
            return;
        }

        int groups = Math.Min(WinogradPlan.Groups(shape, form), (tileRows + chunk - 1) / chunk);
        int slivers = (shape.InChannels + MatrixProduct.TileSize(width).Columns - 1) / MatrixProduct.TileSize(width).Columns;
        WinogradGradientProducts multiply = new()
        {
            Inputs = inputs,
            Gradients = gradients,
            Sums = sums,
            InChannels = shape.InChannels,
            OutChannels = shape.OutChannels,
            ChunkTiles = (int)tiles,
            Products = products,
            Strips = groups >= team.Threads && groups > 1 ? 1 : Math.Clamp(((3 * team.Threads) + products - 1) / products, 1, slivers),
            Width = width,
            Scratch = team.Scratch(0),
        };
        WinogradGradientGroups all = new()
        {
            Transform = transform,
            Multiply = multiply,
            TileRows = tileRows,
            ChunkRows = chunk,
            TileColumns = tileColumns,
            Products = products,
            Groups = groups,
        };
        if (groups >= team.Threads && groups > 1)
        {
            team.Run(groups, ref all);
        }
        else
        {
            Chunks(team, ref all);
        }

        WinogradGradientFold fold = new()
        {
            Sums = sums,
            Groups = groups,
            Form = form,
            InChannels = shape.InChannels,
            OutChannels = shape.OutChannels,
            Target = weightGradient,
            Accumulate = accumulate,
            Width = width,
        };
        team.Run(shape.OutChannels, ref fold);
    }

    private static void WeightsWide(
        WorkerTeam team, WinogradGradientInputs transform, int tileRows, int tileColumns, float* weightGradient, bool accumulate)
    {
        Conv2dShape shape = transform.Shape;
        transform.ChunkTiles = tileRows * tileColumns;
        transform.TileRowCount = tileRows;
        transform.Gradients = transform.Inputs
            + ((nint)WinogradPlan.Products(transform.Form) * transform.ChunkTiles * (shape.InChannels + WinogradPlan.RowGap));
        int blocks = (shape.OutChannels + WinogradGradientBlocks.Rows - 1) / WinogradGradientBlocks.Rows;
        int slivers = (shape.InChannels + MatrixProduct.TileSize(transform.Width).Columns - 1) / MatrixProduct.TileSize(transform.Width).Columns;
        WinogradGradientBlocks multiply = new()
        {
            Form = transform.Form,
            Inputs = transform.Inputs,
            Gradients = transform.Gradients,
            InChannels = shape.InChannels,
            OutChannels = shape.OutChannels,
            Tiles = transform.ChunkTiles,
            Strips = Math.Clamp(((2 * team.Threads) + blocks - 1) / blocks, 1, slivers),
            Target = weightGradient,
            Accumulate = accumulate,
            Width = transform.Width,
            Scratch = transform.Scratch,
        };
        team.Run((tileRows + transform.PartTileRows - 1) / transform.PartTileRows, ref transform);
        team.Run(multiply.Parts, ref multiply);
    }

    /// <summary>One chunk after the other, each shared out among all threads: for more threads than groups, with the same sums.</summary>
    private static void Chunks(WorkerTeam team, ref WinogradGradientGroups all)
    {
        for (int group = 0; group < all.Groups; group++)
        {
            for (int chunk = all.FirstChunk(group); chunk < all.FirstChunk(group + 1); chunk++)
            {
                all.Chunk(group, chunk);
                team.Run((all.Transform.TileRowCount + all.Transform.PartTileRows - 1) / all.Transform.PartTileRows, ref all.Transform);
                team.Run(all.Products * all.Multiply.Strips, ref all.Multiply);
            }
        }
    }

    private static void Run(WorkerTeam team, in WinogradLayer layer, int taps)
    {
        if (WinogradPlan.IsWide(layer.Weights.Form, layer.Channels, layer.Weights.Lanes, layer.OutHeight, layer.OutWidth, layer.Batch))
        {
            RunWide(team, layer);
            return;
        }

        WinogradJob job = new() { Layer = layer, Scratch = team.Scratch(0) };
        (job.PartImages, job.PartTileRows) = WinogradPlan.Cut(
            layer.Weights.Form, taps, layer.Channels, layer.Weights.Lanes, layer.Width, layer.OutHeight, layer.OutWidth, layer.Batch, team.Threads);
        WinogradWeights weights = layer.Weights;
        team.Run(weights.Parts, ref weights);
        team.Run(job.Parts, ref job);
    }

    private static void RunWide(WorkerTeam team, in WinogradLayer layer)
    {
        // The workspace that weights have elsewhere.
        float* transformed = layer.Weights.Packed;
        WinogradInputs inputs = new() { Layer = layer, Transformed = transformed, Scratch = team.Scratch(0) };
        int strips = Math.Clamp(team.Threads / layer.Weights.Slivers, 1, layer.Batch);
        WinogradSlivers slivers = new()
        {
            Layer = layer,
            Transformed = transformed,
            PartImages = (layer.Batch + strips - 1) / strips,
            Scratch = team.Scratch(0),
        };
        team.Run(layer.Batch, ref inputs);
        team.Run(slivers.Parts, ref slivers);
    }
}
