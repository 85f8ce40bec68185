namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private const int MostSplitBlocks = 2048;

    private BatchNormKernels BatchNormFamily => field ??= new BatchNormKernels(_device.Launcher);

    public override void BatchNormForward(
        in BatchNormSettings settings,
        int batch,
        int channels,
        int size,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> shortcut,
        in RunningStatistics statistics,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation)
    {
        // A block of 1024 threads holds half of it in registers and finds the rest in the caches.
        const int MostAtOnce = 16384;
        BatchNormArguments arguments = Arguments(settings, batch, channels, size, input, scale, shift, mean, inverseDeviation) with
        {
            UpdateStatistics = settings.UpdateStatistics ? 1 : 0,
            Shortcut = shortcut,
            RunningMean = statistics.Mean,
            RunningVariance = statistics.Variance,
            BatchCount = statistics.BatchCount,
            Output = output,
            Cumulative = settings.Cumulative && !statistics.BatchCount.IsNull ? 1 : 0,
        };
        if (arguments.Cumulative != 0 && settings is { BatchStatistics: true, UpdateStatistics: true })
        {
            BatchNormFamily.BatchNormCount(new LaunchShape(1, 1), statistics.BatchCount);
        }

        if (size == 1)
        {
            BatchNormFamily.BatchNormForwardColumns(Columns(batch, channels), arguments);
        }
        else if (!settings.BatchStatistics)
        {
            arguments.Split(int.MaxValue);
            BatchNormFamily.BatchNormForwardApply(Splits(arguments), arguments);
        }
        else if (arguments.Count <= MostAtOnce)
        {
            BatchNormFamily.BatchNormForwardChannels(new LaunchShape(channels, TeamThreads(arguments.Count)), arguments);
        }
        else
        {
            arguments.Split(Math.Max(1, MostSplitBlocks / channels));
            BatchNormFamily.BatchNormForwardSums(Splits(arguments), arguments);
            BatchNormFamily.BatchNormForwardApply(Splits(arguments), arguments);
        }
    }

    public override void BatchNormBackward(
        in BatchNormSettings settings,
        int batch,
        int channels,
        int size,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> addedGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        DevicePointer<float> shortcutGradient,
        bool accumulate)
    {
        // What of x and dy fits the second-level cache beside the other blocks'.
        const int MostCached = 16384;
        BatchNormArguments arguments = Arguments(settings, batch, channels, size, input, scale, shift, mean, inverseDeviation) with
        {
            Accumulate = accumulate ? 1 : 0,
            Output = output,
            OutputGradient = outputGradient,
            AddedGradient = addedGradient,
            InputGradient = inputGradient,
            ScaleGradient = scaleGradient,
            ShiftGradient = shiftGradient,
            ShortcutGradient = shortcutGradient,
        };
        arguments.Split(Math.Max(1, MostSplitBlocks / channels));
        if (size == 1)
        {
            BatchNormFamily.BatchNormBackwardColumns(Columns(batch, channels), arguments);
        }
        else if (arguments.Count <= MostCached || arguments.Splits == 1)
        {
            BatchNormFamily.BatchNormBackwardChannels(new LaunchShape(channels, TeamThreads(arguments.Count)), arguments);
        }
        else
        {
            BatchNormFamily.BatchNormBackwardSums(Splits(arguments), arguments);
            if (!inputGradient.IsNull) BatchNormFamily.BatchNormBackwardApply(Splits(arguments), arguments);
        }
    }

    private static LaunchShape Splits(in BatchNormArguments arguments) => new(checked(arguments.Channels * arguments.Splits), Threads);

    // Thirty-two neighbouring channels a block; a warp takes 8 examples, as many as a thread holds, while there are warps.
    private static LaunchShape Columns(int batch, int channels) => new((channels + 31) / 32, 32 * Math.Clamp((batch + 7) / 8, 1, 32));

    // A team of whole warps: four elements a thread while that makes a block of 256, as many as a thread holds beyond.
    private static int TeamThreads(long count)
    {
        long quarter = (count + 3) / 4, eighth = (count + 7) / 8;
        long threads = Math.Max(Math.Min(Threads, quarter), eighth);
        return (int)Math.Clamp((threads + 31) / 32 * 32, 32, 1024);
    }

    private BatchNormArguments Arguments(
        in BatchNormSettings settings,
        int batch,
        int channels,
        int size,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation) => new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            Splits = 1,
            Epsilon = settings.Epsilon,
            Momentum = settings.Momentum,
            BatchStatistics = settings.BatchStatistics ? 1 : 0,
            Relu = settings.Activation == Activation.Relu ? 1 : 0,
            Input = input,
            Scale = scale,
            Shift = shift,
            Mean = mean,
            InverseDeviation = inverseDeviation,
            Partials = _scratch.Partials,
            Counters = _scratch.Counters,
        };
}
