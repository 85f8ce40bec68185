using Sam.Layers;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

[Model("12")]
[Linear("fc1", 24), Relu, Linear("fc2", 16), Tanh, Linear("fc3", 4)]
internal sealed partial class PlainMlp;

[Model("2x8x8")]
[Conv2d("conv1", 8, 3, Padding = 1), Relu, Conv2d("conv2", 8, 1), Relu, MaxPool2d(2), Flatten, Linear("fc", 4)]
internal sealed partial class PlainConvNet;

/// <summary>Training with operands in 16 bits beside float32, and steps whose gradients overflow.</summary>
public sealed class ReducedPrecisionTrainingTests
{
    private const int Batch = 8;

    // Losses start near ln 4 = 1.4; operands are off by 2^-9 (2^-12) of themselves on average, and the differences of a dozen steps add up.
    private const double BFloat16Tolerance = 0.05;
    private const double Float16Tolerance = 0.008;

    [Theory]
    [InlineData(CudaPrecision.BFloat16, BFloat16Tolerance)]
    [InlineData(CudaPrecision.Float16, Float16Tolerance)]
    public void APerceptron_ConvergesAlike(CudaPrecision precision, double tolerance) =>
        Compare(static device => new PlainMlp(device, Batch, 3), steps: 12, learningRate: 0.2f, precision, tolerance);

    [Theory]
    [InlineData(CudaPrecision.BFloat16, BFloat16Tolerance)]
    [InlineData(CudaPrecision.Float16, Float16Tolerance)]
    public void AConvNet_ConvergesAlike(CudaPrecision precision, double tolerance) =>
        Compare(static device => new PlainConvNet(device, Batch, 3), steps: 10, learningRate: 0.2f, precision, tolerance);

    [Fact]
    public void AStepThatOverflows_IsNoStep_AndHalvesTheScale()
    {
        using CudaSession session = new(precision: CudaPrecision.Float16);
        using PlainMlp model = new(session.Device, Batch, 3);
        (float[] x, int[] y) = Data(model);
        const float Initial = 1 << 24;
        using SamOptimizer sam = Scaled(model, Initial);
        string before = HostCopies.Hash(model);
        int skipped = 0;
        while (sam.Step(x, y).Skipped)
        {
            skipped++;
            Assert.Equal(Initial / (1 << skipped), sam.LossScale);
            Assert.Equal(before, HostCopies.Hash(model));
            Assert.True(skipped < 20, "The scale fell by 2^20 and gradients still overflow.");
        }

        // More than two, so that a replayed graph skips, too.
        Assert.True(skipped > 3, $"{skipped} steps were skipped.");
        for (int i = 0; i < 4; i++) Assert.False(sam.Step(x, y).Skipped);
        Assert.Equal(5, sam.BaseOptimizer.UpdateCount);

        // As if the skipped steps had not been.
        using PlainMlp other = new(session.Device, Batch, 3);
        using SamOptimizer direct = Scaled(other, sam.LossScale);
        for (int i = 0; i < 5; i++) Assert.False(direct.Step(x, y).Skipped);
        Assert.Equal(HostCopies.Hash(other), HostCopies.Hash(model));
    }

    [Fact]
    public void ALargerModel_LeavesAGraphItsOperands_AndAReplayedStepAllocatesNothing()
    {
        using CudaSession session = new(precision: CudaPrecision.BFloat16);
        using PlainMlp model = new(session.Device, Batch, 3), alone = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.2f, 0.9f), Perturbation.Sam(0.02f));
        (float[] x, int[] y) = Data(model);
        for (int i = 0; i < 3; i++) sam.Step(x, y);
        using (PlainConvNet larger = new(session.Device, Batch, 3))
        {
            using SamOptimizer other = new(larger, new Sgd(0.2f, 0.9f), Perturbation.Sam(0.02f));
            long before = session.Device.AllocatedBytes;
            (float[] images, int[] labels) = Data(larger);
            other.Step(images, labels);
            Assert.True(session.Device.AllocatedBytes > before, "The operands of the larger model were to need more room.");
        }

        session.Emulated?.Ledger.Reset();
        sam.Step(x, y);
        if (session.Emulated is not null) Assert.Equal((1L, 0L), (session.Emulated.Ledger.GraphLaunches, session.Emulated.Ledger.Allocations));
        using SamOptimizer same = new(alone, new Sgd(0.2f, 0.9f), Perturbation.Sam(0.02f));
        for (int i = 0; i < 4; i++) same.Step(x, y);
        Assert.Equal(HostCopies.Hash(alone), HostCopies.Hash(model));
    }

    private static SamOptimizer Scaled(Model model, float scale) =>
        new(model, new Sgd(0.2f, 0.9f), Perturbation.Sam(0.02f), new SamOptions { LossScaling = new LossScaling { InitialScale = scale } });

    private static void Compare(Func<Device, Model> make, int steps, float learningRate, CudaPrecision precision, double tolerance)
    {
        float[] expected = Losses(make, steps, learningRate, CudaPrecision.Float32), actual = Losses(make, steps, learningRate, precision);
        for (int i = 0; i < steps; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"Step {i}: the loss is {actual[i]}, in float32 {expected[i]}.");
        }

        Assert.NotEqual(expected, actual);
        Assert.True(actual[^1] < actual[0] / 2, $"The loss went from {actual[0]} to {actual[^1]}.");
    }

    private static float[] Losses(Func<Device, Model> make, int steps, float learningRate, CudaPrecision precision)
    {
        using CudaSession session = new(precision: precision);
        using Model model = make(session.Device);
        SamOptions options = new() { LossScaling = precision == CudaPrecision.Float16 ? new LossScaling { InitialScale = 1024 } : null };
        using SamOptimizer sam = new(model, new Sgd(learningRate, 0.9f), Perturbation.Sam(0.02f), options);
        (float[] x, int[] y) = Data(model);
        return [.. Enumerable.Range(0, steps).Select(_ => sam.Step(x, y).Loss)];
    }

    // Examples around a centre for each class.
    private static (float[] X, int[] Y) Data(Model model)
    {
        Random random = new(1);
        int inputs = model.InputShape.Count, classes = model.OutputShape.Count;
        float[] centres = [.. Enumerable.Range(0, classes * inputs).Select(_ => (float)((2 * random.NextDouble()) - 1))];
        int[] y = [.. Enumerable.Range(0, Batch).Select(n => n % classes)];
        float[] x = new float[Batch * inputs];
        for (int i = 0; i < x.Length; i++) x[i] = centres[(y[i / inputs] * inputs) + (i % inputs)] + (float)(0.4 * (random.NextDouble() - 0.5));
        return (x, y);
    }
}
