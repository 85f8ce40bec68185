namespace Sam.Native.Cpu;

/// <content>Weight gradients over few input channels.</content>
internal static unsafe partial class Convolution
{
    // Rows of a band where threads are more than shares of the batch; a multiple of the three that go together.
    private const int FewChannelBandRows = 24;

    private static void WeightsFewChannels(
        WorkerTeam team, in Conv2dShape shape, int batch, float* input, float* outputGradient, float* weightGradient, bool accumulate,
        float* workspace, VectorWidth width)
    {
        (int partials, int images) = FewChannelPlan.Split(batch);
        int bandRows = team.Threads <= partials ? shape.OutChannels : FewChannelBandRows;
        FewChannelWeights job = new()
        {
            Shape = shape,
            Batch = batch,
            Images = images,
            Bands = (shape.OutChannels + bandRows - 1) / bandRows,
            BandRows = bandRows,
            Input = input,
            OutputGradient = outputGradient,
            Sums = workspace,
            Width = width,
            Scratch = team.Scratch(0),
        };
        FewChannelSums sums = new()
        {
            Shape = shape,
            Partials = partials,
            Sums = workspace,
            Target = weightGradient,
            Accumulate = accumulate,
            Width = width,
        };
        team.Run(partials * job.Bands, ref job);
        team.Run(shape.OutChannels, ref sums);
    }
}
