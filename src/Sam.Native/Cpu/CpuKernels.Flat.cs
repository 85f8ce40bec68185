namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public override void ActivationForward(Activation activation, long count, DevicePointer<float> input, DevicePointer<float> output) =>
        Activations.ActivationForward(_team, activation, input.ToPointer(), output.ToPointer(), count);

    public override void ActivationBackward(
        Activation activation, long count, DevicePointer<float> input, DevicePointer<float> output, DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient) =>
        Activations.ActivationBackward(
            _team, activation, input.ToPointer(), output.ToPointer(), outputGradient.ToPointer(), inputGradient.ToPointer(), count);

    public override void SoftmaxCrossEntropy(
        int batch, int classes, DevicePointer<float> logits, DevicePointer<int> labels, float labelSmoothing, Reduction reduction,
        DevicePointer<float> logitsGradient, DevicePointer<double> loss) =>
        *loss.ToPointer() = Cpu.SoftmaxCrossEntropy.Run(
            _team,
            batch,
            classes,
            logits.ToPointer(),
            labels.ToPointer(),
            labelSmoothing,
            reduction == Reduction.Mean ? 1.0 / batch : 1,
            logitsGradient.ToPointer());

    public override void SquaredError(
        long count, DevicePointer<float> output, DevicePointer<float> target, Reduction reduction, DevicePointer<float> outputGradient,
        DevicePointer<double> loss) =>
        *loss.ToPointer() = Cpu.SquaredError.Run(
            _team, output.ToPointer(), target.ToPointer(), reduction == Reduction.Mean ? 1.0 / count : 1, outputGradient.ToPointer(), count);

    public override void Sum(long count, DevicePointer<float> input, DevicePointer<double> result) =>
        *result.ToPointer() = Norms.Sum(_team, input.ToPointer(), count);

    public override void Fill(long count, float value, DevicePointer<float> output) => FlatPass.Fill(_team, output.ToPointer(), value, count);

    public override void Copy(long count, DevicePointer<float> input, DevicePointer<float> output) =>
        FlatPass.Copy(_team, input.ToPointer(), output.ToPointer(), count);

    public override void Add(long count, DevicePointer<float> input, DevicePointer<float> output) =>
        FlatPass.Add(_team, 1, input.ToPointer(), output.ToPointer(), count);

    public override void SumOfSquares(long count, DevicePointer<float> input, DevicePointer<double> result) =>
        *result.ToPointer() = Norms.SumOfSquares(_team, input.ToPointer(), count);
}
