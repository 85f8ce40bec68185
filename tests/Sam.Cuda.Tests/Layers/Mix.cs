using Sam.Cuda.Tests;
using Sam.Native.Cuda;

namespace Sam.Layers.Tests.Models;

internal sealed partial class Mix
{
    private const int Threads = 128;

    public static bool RunsOnCuda => true;

    public static void ForwardOnCuda(in CudaLayerForward pass)
    {
        int inputs = pass.InputShape.Count, outputs = pass.OutputShape.Count;
        pass.Kernels(static launcher => new MixKernels(launcher)).MixForward(
            LaunchShape.For(pass.Batch * outputs, Threads), pass.Batch, inputs, outputs, pass.Input, pass.Parameter(0), pass.Parameter(1), pass.Output);
    }

    public static void BackwardOnCuda(in CudaLayerBackward pass)
    {
        int inputs = pass.InputShape.Count, outputs = pass.OutputShape.Count;
        MixKernels kernels = pass.Kernels(static launcher => new MixKernels(launcher));
        kernels.MixParameterGradients(
            LaunchShape.For(inputs * outputs, Threads), pass.Batch, inputs, outputs, pass.Input, pass.OutputGradient, pass.Parameter(0),
            pass.Accumulates, pass.ParameterGradient(0), pass.ParameterGradient(1));
        if (!pass.NeedsInputGradient) return;
        kernels.MixInputGradient(
            LaunchShape.For(pass.Batch * inputs, Threads), pass.Batch, inputs, outputs, pass.Input, pass.OutputGradient, pass.Parameter(0),
            pass.InputGradient);
    }
}
