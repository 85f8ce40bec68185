using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
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
        bool averages = settings.Cumulative && !statistics.BatchCount.IsNull;
        BatchNorm.Arguments arguments = new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            Epsilon = settings.Epsilon,
            Momentum = averages ? 1f / (*statistics.BatchCount.ToPointer() + 1) : settings.Momentum,
            BatchStatistics = settings.BatchStatistics,
            UpdateStatistics = settings.UpdateStatistics,
            Relu = settings.Activation == Activation.Relu,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Shift = shift.ToPointer(),
            Shortcut = shortcut.ToPointer(),
            RunningMean = statistics.Mean.ToPointer(),
            RunningVariance = statistics.Variance.ToPointer(),
            Output = output.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
        };
        BatchNorm.Forward(_team, arguments);
        if (settings.BatchStatistics && settings.UpdateStatistics && !statistics.BatchCount.IsNull) ++*statistics.BatchCount.ToPointer();
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
        BatchNorm.Arguments arguments = new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            BatchStatistics = settings.BatchStatistics,
            Relu = settings.Activation == Activation.Relu,
            Accumulate = accumulate,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Shift = shift.ToPointer(),
            Output = output.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
            OutputGradient = outputGradient.ToPointer(),
            AddedGradient = addedGradient.ToPointer(),
            InputGradient = inputGradient.ToPointer(),
            ScaleGradient = scaleGradient.ToPointer(),
            ShiftGradient = shiftGradient.ToPointer(),
            ShortcutGradient = shortcutGradient.ToPointer(),
        };
        BatchNorm.Backward(_team, arguments);
    }

    public override void LayerNormForward(
        int rows,
        int columns,
        float epsilon,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation)
    {
        LayerNorm.Arguments arguments = new()
        {
            Rows = rows,
            Columns = columns,
            Epsilon = epsilon,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Shift = shift.ToPointer(),
            Output = output.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
        };
        LayerNorm.Forward(_team, arguments);
    }

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
        LayerNorm.Arguments arguments = new()
        {
            Rows = rows,
            Columns = columns,
            Accumulate = accumulate,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
            OutputGradient = outputGradient.ToPointer(),
            InputGradient = inputGradient.ToPointer(),
            ScaleGradient = scaleGradient.ToPointer(),
            ShiftGradient = shiftGradient.ToPointer(),
        };
        LayerNorm.Backward(_team, arguments);
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
        DevicePointer<float> inverseDeviation)
    {
        GroupNorm.Arguments arguments = new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            Groups = groups,
            Epsilon = epsilon,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Shift = shift.ToPointer(),
            Output = output.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
        };
        GroupNorm.Forward(_team, arguments);
    }

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
        GroupNorm.Arguments arguments = new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            Groups = groups,
            Accumulate = accumulate,
            Input = input.ToPointer(),
            Scale = scale.ToPointer(),
            Mean = mean.ToPointer(),
            InverseDeviation = inverseDeviation.ToPointer(),
            OutputGradient = outputGradient.ToPointer(),
            InputGradient = inputGradient.ToPointer(),
            ScaleGradient = scaleGradient.ToPointer(),
            ShiftGradient = shiftGradient.ToPointer(),
        };
        GroupNorm.Backward(_team, arguments);
    }

    public override void AdaptiveAvgPool2dForward(
        int planes, int height, int width, int outHeight, int outWidth, DevicePointer<float> input, DevicePointer<float> output)
    {
        AdaptiveAvgPool.Arguments arguments = new()
        {
            Planes = planes,
            Height = height,
            Width = width,
            OutHeight = outHeight,
            OutWidth = outWidth,
            Input = input.ToPointer(),
            Output = output.ToPointer(),
        };
        AdaptiveAvgPool.Forward(_team, arguments);
    }

    public override void AdaptiveAvgPool2dBackward(
        int planes,
        int height,
        int width,
        int outHeight,
        int outWidth,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask)
    {
        AdaptiveAvgPool.Arguments arguments = new()
        {
            Planes = planes,
            Height = height,
            Width = width,
            OutHeight = outHeight,
            OutWidth = outWidth,
            OutputGradient = outputGradient.ToPointer(),
            InputGradient = inputGradient.ToPointer(),
            ReluMask = reluMask.ToPointer(),
        };
        AdaptiveAvgPool.Backward(_team, arguments);
    }

    public override void AddForward(
        Activation activation, long count, DevicePointer<float> left, DevicePointer<float> right, DevicePointer<float> output) =>
        Map2.Run(
            _team,
            new AddOperation { Floor = activation == Activation.Relu ? 0f : float.NaN },
            left.ToPointer(),
            right.ToPointer(),
            output.ToPointer(),
            count);

    /// <summary>a + b, cut off below the floor; NaN as the floor cuts nothing off.</summary>
    private struct AddOperation : IMap2Operation
    {
        public float Floor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Invoke<TV>(TV a, TV b)
            where TV : unmanaged, ILanes<TV>
        {
            TV sum = a + b;
            TV floor = TV.Splat(Floor);
            return TV.Select(TV.LessOrEqual(sum, floor), floor, sum);
        }
    }
}
