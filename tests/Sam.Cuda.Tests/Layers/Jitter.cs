using Sam.Layers;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>x times a random factor from 1 to 1.5 in training, the same in both passes of a step: a layer of one's own with random numbers.</summary>
internal readonly struct Jitter : ILayer
{
    private const float Strength = 0.5f;

    public static bool RunsOnCuda => true;

    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => Multiply(pass.Kernels, pass.Training, pass.Random, pass.Input, pass.Output);

    public static void Backward(in LayerBackward pass) =>
        Multiply(pass.Kernels, pass.Training, pass.Random, pass.OutputGradient, pass.InputGradient);

    public static void ForwardOnCuda(in CudaLayerForward pass)
    {
        long count = (long)pass.Batch * pass.InputShape.Count;
        if (!pass.Training) pass.DeviceKernels.Copy(count, pass.Input, pass.Output);
        else Launch(pass.Kernels(static launcher => new JitterKernels(launcher)), count, pass.Random, pass.Input, pass.Output);
    }

    public static void BackwardOnCuda(in CudaLayerBackward pass)
    {
        if (!pass.NeedsInputGradient) return;
        long count = (long)pass.Batch * pass.InputShape.Count;
        if (!pass.Training) pass.DeviceKernels.Copy(count, pass.OutputGradient, pass.InputGradient);
        else Launch(pass.Kernels(static launcher => new JitterKernels(launcher)), count, pass.Random, pass.OutputGradient, pass.InputGradient);
    }

    private static void Launch(
        JitterKernels kernels, long count, CudaRandomStream random, DevicePointer<float> input, DevicePointer<float> output) =>
        kernels.Jitter(LaunchShape.For(count, 256, 16), count, Strength, random.Seed, random.Step, random.Stream, random.First, input, output);

    private static unsafe void Multiply(
        DeviceKernels kernels, bool training, RandomStream random, ReadOnlySpan<float> input, Span<float> output)
    {
        if (!training)
        {
            input.CopyTo(output);
            return;
        }

        fixed (float* factors = output)
        {
            kernels.FillUniform(output.Length, 0, 1, random, new DevicePointer<float>(factors));
        }

        for (int i = 0; i < output.Length; i++) output[i] = input[i] * MathF.FusedMultiplyAdd(Strength, output[i], 1);
    }
}
