namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public override void MaxPool2dForward(in Pool2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> output) =>
        MaxPool2d.Forward(_team, shape, batch, input.ToPointer(), output.ToPointer());

    public override void MaxPool2dBackward(
        in Pool2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> outputGradient, DevicePointer<float> inputGradient, bool reluMask) =>
        MaxPool2d.Backward(_team, shape, batch, input.ToPointer(), outputGradient.ToPointer(), inputGradient.ToPointer(), reluMask);

    public override void AvgPool2dForward(in Pool2dShape shape, int batch, bool countIncludePad, DevicePointer<float> input, DevicePointer<float> output) =>
        AvgPool2d.Forward(_team, shape, batch, countIncludePad, input.ToPointer(), output.ToPointer());

    public override void AvgPool2dBackward(
        in Pool2dShape shape, int batch, bool countIncludePad, DevicePointer<float> outputGradient, DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask) =>
        AvgPool2d.Backward(
            _team, shape, batch, countIncludePad, outputGradient.ToPointer(), inputGradient.ToPointer(), reluMask.ToPointer());
}
