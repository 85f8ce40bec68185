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
