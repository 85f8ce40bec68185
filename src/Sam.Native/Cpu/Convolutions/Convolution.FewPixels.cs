namespace Sam.Native.Cpu;

/// <content>Convolutions with few output pixels.</content>
internal static unsafe partial class Convolution
{
    private static void ForwardFewPixels(
        WorkerTeam team, in Conv2dShape shape, int batch, float* input, float* weights, float* bias, bool relu, float* output, float* workspace,
        VectorWidth width)
    {
        FewPixelPatches patches = new() { Shape = shape, Batch = batch, Input = input, Patches = workspace };
        FewPixelForward job = new()
        {
            Shape = shape,
            Batch = batch,
            Patches = workspace,
            Weights = weights,
            Bias = bias,
            Relu = relu,
            Output = output,
            Width = width,
        };
        bool alone = IsSmall(shape, batch);
        Run(team, alone, patches.Parts, ref patches);
        Run(team, alone, shape.Groups * job.PartsOfGroup, ref job);
    }

    private static void BackwardFewPixels(
        WorkerTeam team, in Conv2dShape shape, int batch, float* outputGradient, float* weights, float* mask, float* inputGradient, bool accumulate,
        VectorWidth width)
    {
        FewPixelData job = new()
        {
            Shape = shape,
            Batch = batch,
            OutputGradient = outputGradient,
            Weights = weights,
            Mask = mask,
            InputGradient = inputGradient,
            Accumulate = accumulate,
            Width = width,
            Scratch = team.Scratch(0),
        };
        bool alone = IsSmall(shape, batch);
        job.Cut(alone ? 1 : team.Threads);
        Run(team, alone, shape.Groups * job.PartsOfGroup, ref job);
    }

    private static void WeightsFewPixels(
        WorkerTeam team, in Conv2dShape shape, int batch, float* input, float* outputGradient, float* weightGradient, bool accumulate,
        float* workspace, VectorWidth width)
    {
        FewPixelPatches patches = new() { Shape = shape, Batch = batch, Input = input, Patches = workspace };
        FewPixelWeights job = new()
        {
            Shape = shape,
            Batch = batch,
            OutputGradient = outputGradient,
            Patches = workspace,
            Target = weightGradient,
            Accumulate = accumulate,
            Width = width,
        };
        bool alone = IsSmall(shape, batch);
        Run(team, alone, patches.Parts, ref patches);
        Run(team, alone, shape.Groups * job.PartsOfGroup, ref job);
    }

    private static bool IsSmall(in Conv2dShape shape, int batch) =>
        shape.WeightCount * FewPixelPlan.Pixels(shape, batch) < ProductPlan.ParallelThreshold;

    private static void Run<TJob>(WorkerTeam team, bool alone, int parts, ref TJob job)
        where TJob : unmanaged, ITeamJob
    {
        if (alone) team.RunAlone(parts, ref job);
        else team.Run(parts, ref job);
    }
}
