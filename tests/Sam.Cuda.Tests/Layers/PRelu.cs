using Sam.Cuda.Tests;
using Sam.Native.Cuda;

namespace Sam.Layers.Tests.Models;

internal readonly partial struct PRelu
{
    public static bool RunsOnCuda => true;

    public static void ForwardOnCuda(in CudaLayerForward pass)
    {
        long count = (long)pass.Batch * pass.InputShape.Count;
        int channels = pass.ParameterShape(0).Count;
        pass.Kernels(static launcher => new PreluKernels(launcher)).PreluForward(
            LaunchShape.For(count), count, channels, pass.InputShape.Count / channels, pass.Input, pass.Parameter(0), pass.Output);
    }

    public static void BackwardOnCuda(in CudaLayerBackward pass)
    {
        int channels = pass.ParameterShape(0).Count;
        pass.Kernels(static launcher => new PreluKernels(launcher)).PreluBackward(
            new LaunchShape(channels, 256),
            pass.Batch,
            channels,
            pass.InputShape.Count / channels,
            pass.Input,
            pass.OutputGradient,
            pass.Parameter(0),
            pass.InputGradient,
            pass.Accumulates,
            pass.NeedsParameterGradient(0) ? pass.ParameterGradient(0) : default);
    }
}
