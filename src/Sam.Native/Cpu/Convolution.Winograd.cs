namespace Sam.Native.Cpu;

/// <content>The directions that go through <see cref="IWinogradForm"/>.</content>
internal static unsafe partial class Convolution
{
    private static void ForwardWinograd(
        WorkerTeam team,
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
        WinogradJob job = new()
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
                Taps = shape.KernelHeight,
                Lanes = shape.OutChannels,
                Depth = shape.InChannels,
                Packed = workspace,
                Width = width,
            },
        };
        Run(team, job);
    }

    private static void BackwardWinograd(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* outputGradient,
        float* weights,
        float* mask,
        float* inputGradient,
        float* workspace,
        VectorWidth width)
    {
        int taps = shape.KernelHeight * shape.KernelWidth;
        WinogradJob job = new()
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
            Batch = batch,
            Weights = new()
            {
                Weights = weights,
                LaneStep = taps,
                DepthStep = (nint)shape.InChannels * taps,
                Reversed = true,
                Taps = shape.KernelHeight,
                Lanes = shape.InChannels,
                Depth = shape.OutChannels,
                Packed = workspace,
                Width = width,
            },
        };
        Run(team, job);
    }

    private static void WeightsWinograd(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* input,
        float* outputGradient,
        float* weightGradient,
        bool accumulate,
        float* workspace,
        VectorWidth width)
    {
        int tileColumns = (shape.OutWidth + 1) / 2;
        int tileRows = batch * ((shape.OutHeight + 1) / 2);
        int chunk = WinogradPlan.ChunkTileRows(shape);
        int products = shape.KernelHeight == 3 ? Winograd3.Products : Winograd5.Products;
        products *= products;
        nint tiles = (nint)chunk * tileColumns;
        float* inputs = workspace;
        float* gradients = inputs + (products * tiles * (shape.InChannels + WinogradPlan.RowGap));
        float* sums = gradients + (products * tiles * (shape.OutChannels + WinogradPlan.RowGap));
        WinogradGradientInputs transform = new()
        {
            Shape = shape,
            Input = input,
            OutputGradient = outputGradient,
            Inputs = inputs,
            Gradients = gradients,
            PartTileRows = WinogradPlan.PartTileRows(shape),
            ChunkTiles = (int)tiles,
            Width = width,
            Scratch = team.Scratch(0),
        };
        int slivers = (shape.InChannels + MatrixProduct.TileSize(width).Columns - 1) / MatrixProduct.TileSize(width).Columns;
        WinogradGradientProducts multiply = new()
        {
            Inputs = inputs,
            Gradients = gradients,
            Sums = sums,
            InChannels = shape.InChannels,
            OutChannels = shape.OutChannels,
            ChunkTiles = (int)tiles,
            Strips = Math.Clamp(((3 * team.Threads) + products - 1) / products, 1, slivers),
            Width = width,
            Scratch = team.Scratch(0),
        };
        for (int row = 0; row < tileRows; row += chunk)
        {
            transform.FirstTileRow = row;
            transform.TileRowCount = Math.Min(chunk, tileRows - row);
            multiply.Tiles = transform.TileRowCount * tileColumns;
            multiply.First = row == 0;
            team.Run((transform.TileRowCount + transform.PartTileRows - 1) / transform.PartTileRows, ref transform);
            team.Run(products * multiply.Strips, ref multiply);
        }

        WinogradGradientFold fold = new()
        {
            Sums = sums,
            Taps = shape.KernelHeight,
            InChannels = shape.InChannels,
            OutChannels = shape.OutChannels,
            Target = weightGradient,
            Accumulate = accumulate,
            Width = width,
        };
        team.Run(shape.OutChannels, ref fold);
    }

    private static void Run(WorkerTeam team, WinogradJob job)
    {
        (job.PartImages, job.PartTileRows) = WinogradPlan.Cut(
            job.Weights.Taps, job.Channels, job.Width, job.OutHeight, job.OutWidth, job.Batch, team.Threads);
        job.Scratch = team.Scratch(0);
        WinogradWeights weights = job.Weights;
        team.Run(weights.Parts, ref weights);
        team.Run(job.Parts, ref job);
    }
}
