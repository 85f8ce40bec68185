using Sam.Emulator;
using Sam.Layers;
using Sam.Layers.Tests.Models;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

[Model("3x4x4")]
[Conv2d("conv", 4, 3), Layer<PRelu>("act"), Flatten, Linear("fc1", 9), Layer<Jitter>("jitter"), Layer<PRelu>("act2"), Linear("fc2", 3)]
internal sealed partial class BentNet;

[Model("4")]
[Linear("fc1", 4), Layer<HostOnly>("act"), Linear("fc2", 2)]
internal sealed partial class HostNet;

/// <summary>A layer without a CUDA part.</summary>
internal readonly struct HostOnly : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => pass.Input.CopyTo(pass.Output);

    public static void Backward(in LayerBackward pass) => pass.OutputGradient.CopyTo(pass.InputGradient);
}

/// <summary>Layers of one's own with kernels of their own, trained on a CUDA device; their gradients against central differences are in the gradient
/// suite.</summary>
public sealed class CustomLayerTests
{
    private const int Batch = 5;
    private const int Steps = 6;

    // Losses near 1 from a few hundred float32 operations, over six steps that carry the differences on.
    private const double Tolerance = 2e-5;

    [Fact]
    public void AStepOfGraphs_FollowsTheCpu()
    {
        using CudaSession session = new();
        using Device cpu = Device.Cpu();
        float[] expected = Losses(cpu), actual = Losses(session.Device);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], Tolerance);
        Assert.True(actual[^2] < actual[0], $"The loss went from {actual[0]} to {actual[^2]}.");
    }

    [Fact]
    public void AReplayedStep_IsOneLaunchWithTheBitsOfCalls()
    {
        using CudaSession session = new(CudaSession.UsesGpu ? null : new EmulatedCudaOptions());
        using BentNet byGraph = new(session.Device, Batch, 3), byCall = new(session.Device, Batch, 3);
        using SamOptimizer graphs = new(byGraph, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        using SamOptimizer calls = new(byCall, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(byGraph);
        for (int i = 0; i < Steps; i++)
        {
            graphs.Step(x, y);
            calls.Step(() =>
            {
                byCall.Forward(x);
                return byCall.Backward(Loss.CrossEntropy(y));
            });
        }

        Assert.Equal(HostCopies.Hash(byCall), HostCopies.Hash(byGraph));
        if (session.Emulated is null) return;
        session.Emulated.Ledger.Reset();
        graphs.Step(x, y);
        Assert.Equal(1, session.Emulated.Ledger.GraphLaunches);
        Assert.Equal(0, session.Emulated.Ledger.DeviceToHostCopies);
    }

    [Fact]
    public void PassesOfALayer_AllocateNothing()
    {
        using CudaSession session = new();
        CudaAccelerator device = (CudaAccelerator)session.Device;
        using BentNet model = new(device, Batch, 3);
        (float[] x, int[] y) = Data(model);
        model.Forward(x);
        model.Backward(Loss.CrossEntropy(y));
        CustomLayerSlot slot = new(model.Layout, "act", new Shape(4, 2, 2), new Shape(4, 2, 2), 2, 1, 1);
        using DeviceScope scope = device.Enter();
        PassContext pass = new(device.Kernels, Batch, Batch, default, default, default, default, true, true, false, 3, 1);

        // A launch itself allocates on the device in software.
        device.Launcher.IsSuppressed = true;
        try
        {
            Run(pass, slot);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++) Run(pass, slot);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        finally
        {
            device.Launcher.IsSuppressed = false;
        }
    }

    [Fact]
    public void ALayerWithoutACudaPart_IsNamedWithWhatToWrite()
    {
        using CudaSession session = new();
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => new HostNet(session.Device, Batch, 1));
        Assert.Contains("'act' of HostNet", error.Message, StringComparison.Ordinal);
        Assert.Contains(typeof(HostOnly).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains("ForwardOnCuda", error.Message, StringComparison.Ordinal);
        Assert.Contains(session.Device.Name, error.Message, StringComparison.Ordinal);
    }

    private static void Run(in PassContext pass, CustomLayerSlot slot)
    {
        CustomLayer.Forward<PRelu>(pass, slot, default, default);
        CustomLayer.Backward<PRelu>(pass, slot, default, default, default, default);
        CustomLayer.Forward<Jitter>(pass, slot, default, default);
        CustomLayer.Backward<Jitter>(pass, slot, default, default, default, default);
    }

    private static float[] Losses(Device device)
    {
        using BentNet model = new(device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(model);
        List<float> losses = [];
        for (int i = 0; i < Steps; i++)
        {
            StepResult result = sam.Step(x, y);
            losses.Add(result.Loss);
            losses.Add(result.PerturbedLoss);
        }

        return [.. losses];
    }

    private static (float[] X, int[] Y) Data(Model model)
    {
        Random random = new(1);
        float[] x = [.. Enumerable.Range(0, Batch * model.InputShape.Count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
        int[] y = [.. Enumerable.Range(0, Batch).Select(_ => random.Next(model.OutputShape.Count))];
        return (x, y);
    }
}
