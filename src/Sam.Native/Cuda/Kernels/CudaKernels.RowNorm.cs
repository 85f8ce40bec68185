namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private RowNormKernels RowNormFamily => field ??= new RowNormKernels(_device.Launcher);

    private RowNormParametersKernels RowNormParametersFamily => field ??= new RowNormParametersKernels(_device.Launcher);

    public override void LayerNormForward(
        int rows,
        int columns,
        float epsilon,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation) => RowsForward(new RowNormArguments
        {
            Rows = rows,
            Length = columns,
            Groups = 1,
            Size = 1,
            Epsilon = epsilon,
            Input = input,
            Scale = scale,
            Shift = shift,
            Output = output,
            Mean = mean,
            InverseDeviation = inverseDeviation,
        });

    public override void LayerNormBackward(
        int rows,
        int columns,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        bool accumulate)
    {
        // The gradients of scale and shift first: the input's may overwrite the output's, which they read.
        if (!scaleGradient.IsNull || !shiftGradient.IsNull)
        {
            const int RowsPerBlock = 256;
            int groups = (columns + 31) / 32;
            int room = ReductionScratch.PartialCount / columns;
            (int splits, int perSplit) = Split(rows, RowsPerBlock, Math.Min(MostSplitBlocks / 2 / groups, room));
            RowNormParametersFamily.LayerNormParameters(
                new LaunchShape(groups * splits, Columns(perSplit, columns).BlockX), rows, columns, splits, perSplit, input, outputGradient, mean,
                inverseDeviation, scaleGradient, shiftGradient, accumulate ? 1 : 0, _scratch.Partials.Cast<float>(), _scratch.Counters);
        }

        RowsBackward(new RowNormArguments
        {
            Rows = rows,
            Length = columns,
            Groups = 1,
            Size = 1,
            Input = input,
            Scale = scale,
            Mean = mean,
            InverseDeviation = inverseDeviation,
            OutputGradient = outputGradient,
            InputGradient = inputGradient,
        });
    }

    public override void GroupNormForward(
        int batch,
        int channels,
        int size,
        int groups,
        float epsilon,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation) => RowsForward(new RowNormArguments
        {
            Rows = checked(batch * groups),
            Length = checked(channels / groups * size),
            Groups = groups,
            Size = size,
            Epsilon = epsilon,
            Input = input,
            Scale = scale,
            Shift = shift,
            Output = output,
            Mean = mean,
            InverseDeviation = inverseDeviation,
        });

    public override void GroupNormBackward(
        int batch,
        int channels,
        int size,
        int groups,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        bool accumulate)
    {
        if (!scaleGradient.IsNull || !shiftGradient.IsNull)
        {
            const int ElementsPerBlock = 4096;
            (int splits, int perSplit) = Split(checked(batch * size), ElementsPerBlock, MostSplitBlocks / 2 / channels);
            RowNormParametersFamily.GroupNormParameters(
                new LaunchShape(checked(channels * splits), Math.Min(Threads, TeamThreads(perSplit))), batch, channels, size, groups, splits, perSplit,
                input, outputGradient, mean, inverseDeviation, scaleGradient, shiftGradient, accumulate ? 1 : 0,
                _scratch.Partials.Cast<float>(), _scratch.Counters);
        }

        RowsBackward(new RowNormArguments
        {
            Rows = checked(batch * groups),
            Length = checked(channels / groups * size),
            Groups = groups,
            Size = size,
            Input = input,
            Scale = scale,
            Mean = mean,
            InverseDeviation = inverseDeviation,
            OutputGradient = outputGradient,
            InputGradient = inputGradient,
        });
    }

    // Blocks of `each` elements or a multiple of it, at most `most` of them and none empty. Multiples of four keep words whole.
    private static (int Splits, int PerSplit) Split(int count, int each, int most)
    {
        int slices = Math.Max(1, (count + each - 1) / each);
        int perSplit = (slices + Math.Max(1, most) - 1) / Math.Max(1, most) * each;
        return (Math.Max(1, (count + perSplit - 1) / perSplit), perSplit);
    }

    private static bool TakesWarps(int length) => length <= 256;

    private static LaunchShape Warps(int rows)
    {
        const int RowsPerBlock = 4;
        return new LaunchShape((rows + RowsPerBlock - 1) / RowsPerBlock, RowsPerBlock * 32);
    }

    private void RowsForward(in RowNormArguments arguments)
    {
        if (arguments.Rows == 0) return;
        if (TakesWarps(arguments.Length))
        {
            RowNormFamily.RowNormForwardWarps(Warps(arguments.Rows), arguments);
        }
        else
        {
            RowNormFamily.RowNormForwardBlocks(new LaunchShape(arguments.Rows, TeamThreads(arguments.Length)), arguments);
        }
    }

    private void RowsBackward(in RowNormArguments arguments)
    {
        if (arguments.Rows == 0 || arguments.InputGradient.IsNull) return;
        if (TakesWarps(arguments.Length))
        {
            RowNormFamily.RowNormBackwardWarps(Warps(arguments.Rows), arguments);
        }
        else
        {
            RowNormFamily.RowNormBackwardBlocks(new LaunchShape(arguments.Rows, TeamThreads(arguments.Length)), arguments);
        }
    }
}
