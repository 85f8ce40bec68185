using System.Diagnostics;

namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private ActivationKernels ActivationFamily => field ??= new ActivationKernels(_device.Launcher);

    public override void ActivationForward(Activation activation, long count, DevicePointer<float> input, DevicePointer<float> output)
    {
        if (count == 0) return;
        LaunchShape shape = Words(count);
        ActivationKernels kernels = ActivationFamily;
        switch (activation)
        {
            case Activation.None: if (input != output) Copy(count, input, output); break;
            case Activation.Relu: kernels.ReluForward(shape, count, input, output); break;
            case Activation.Gelu: kernels.GeluForward(shape, count, input, output); break;
            case Activation.GeluTanh: kernels.GeluTanhForward(shape, count, input, output); break;
            case Activation.Silu: kernels.SiluForward(shape, count, input, output); break;
            case Activation.Tanh: kernels.TanhForward(shape, count, input, output); break;
            case Activation.Sigmoid: kernels.SigmoidForward(shape, count, input, output); break;
            default: throw Unknown(activation);
        }
    }

    public override void ActivationBackward(
        Activation activation,
        long count,
        DevicePointer<float> input,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient)
    {
        if (count == 0) return;
        LaunchShape shape = Words(count);
        ActivationKernels kernels = ActivationFamily;
        switch (activation)
        {
            case Activation.None: if (outputGradient != inputGradient) Copy(count, outputGradient, inputGradient); break;
            case Activation.Relu: kernels.ReluBackward(shape, count, output, outputGradient, inputGradient); break;
            case Activation.Gelu: kernels.GeluBackward(shape, count, input, outputGradient, inputGradient); break;
            case Activation.GeluTanh: kernels.GeluTanhBackward(shape, count, input, outputGradient, inputGradient); break;
            case Activation.Silu: kernels.SiluBackward(shape, count, input, outputGradient, inputGradient); break;
            case Activation.Tanh: kernels.TanhBackward(shape, count, output, outputGradient, inputGradient); break;
            case Activation.Sigmoid: kernels.SigmoidBackward(shape, count, output, outputGradient, inputGradient); break;
            default: throw Unknown(activation);
        }
    }

    public override void AddForward(
        Activation activation, long count, DevicePointer<float> left, DevicePointer<float> right, DevicePointer<float> output)
    {
        Debug.Assert(activation is Activation.None or Activation.Relu, "A sum has no other activation.");
        if (count > 0) Elementwise.AddForward(Words(count), count, activation == Activation.Relu ? 1 : 0, left, right, output);
    }

    private static ArgumentOutOfRangeException Unknown(Activation activation) =>
        new(nameof(activation), activation, "The activation is not a member of the enumeration.");
}
