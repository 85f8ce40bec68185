namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public override void Conv2dForward(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> weight, DevicePointer<float> bias,
        DevicePointer<float> output, Activation activation) =>
        Convolution.Forward(
            _team,
            shape,
            batch,
            input.ToPointer(),
            weight.ToPointer(),
            bias.ToPointer(),
            activation == Activation.Relu,
            output.ToPointer(),
            Workspace(shape, batch));

    public override void Conv2dBackwardInput(
        in Conv2dShape shape,
        int batch,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weight,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask,
        bool accumulate) =>
        Convolution.BackwardData(
            _team,
            shape,
            batch,
            outputGradient.ToPointer(),
            weight.ToPointer(),
            reluMask.ToPointer(),
            inputGradient.ToPointer(),
            accumulate,
            Workspace(shape, batch));

    public override void Conv2dBackwardWeight(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> outputGradient, DevicePointer<float> weightGradient,
        DevicePointer<float> biasGradient, bool accumulate) =>
        Convolution.BackwardWeight(
            _team,
            shape,
            batch,
            input.ToPointer(),
            outputGradient.ToPointer(),
            weightGradient.ToPointer(),
            biasGradient.ToPointer(),
            accumulate,
            Workspace(shape, batch));
}
