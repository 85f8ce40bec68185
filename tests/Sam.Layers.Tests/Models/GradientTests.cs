using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>Outputs and gradients of generated models against a float64 forward pass and its central differences.</summary>
public sealed class GradientTests
{
    // Sums of at most a few dozen float32 products, each rounded to 6e-8 of its size, over a handful of layers.
    private const double Tolerance = 2e-5;
    private const double RelativeTolerance = 2e-4;

    // Central differences in double: truncation about h^2, rounding about 1e-16 / h.
    private const double Difference = 1e-5;

    // Fewer examples than the model was made for, so that places in memory that forget the difference show.
    private const int Capacity = 5;
    private const int Batch = 3;

    [Fact]
    public void ConvolutionsPoolsAndReluFused_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new ConvNet(d, Capacity, seed: 3),
        static r => r
            .Conv2d("conv1", new Conv2dShape(2, 7, 6, 4, 3, 3, PaddingHeight: 1, PaddingWidth: 1)).Map(Reference.Relu)
            .Pool(new Pool2dShape(4, 7, 6, 2, 2, 2, 2), static (values, _) => values.Max())
            .Conv2d("conv2", new Conv2dShape(4, 3, 3, 6, 2, 3, 2, 1, 0, 2, 1, 2, 2)).Map(Reference.Gelu)
            .Linear("fc1").Map(Reference.Relu).Linear("fc2"));

    [Fact]
    public void PoolInFrontAndReluBehindAPool_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new PoolNet(d, Capacity, seed: 5),
        static r => r
            .Pool(new Pool2dShape(1, 6, 6, 2, 3, 1, 1, 1, 0), static (values, _) => values.Max())
            .Conv2d("conv", new Conv2dShape(1, 7, 4, 3, 2, 2))
            .Pool(new Pool2dShape(3, 6, 3, 2, 2, 1, 1), static (values, _) => values.Max()).Map(Reference.Relu)
            .Linear("fc").Map(Reference.Relu));

    [Fact]
    public void Activations_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new ActivationNet(d, Capacity, seed: 7),
        static r => r
            .Linear("fc1").Map(Math.Tanh).Linear("fc2").Map(Reference.Sigmoid).Linear("fc3").Map(Reference.Silu)
            .Linear("fc4").Map(Reference.GeluTanh).Linear("fc5").Map(Reference.Relu).Map(Math.Tanh));

    [Fact]
    public void AveragePools_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new AverageNet(d, Capacity, seed: 9),
        static r => r
            .Conv2d("conv1", new Conv2dShape(2, 6, 5, 3, 3, 3, PaddingHeight: 1, PaddingWidth: 1)).Map(Reference.Relu)
            .Pool(new Pool2dShape(3, 6, 5, 2, 2, 1, 1, 1, 1), static (values, window) => values.Sum() / window)
            .Conv2d("conv2", new Conv2dShape(3, 7, 6, 2, 2, 2))
            .Pool(new Pool2dShape(2, 6, 5, 3, 2, 2, 2, 1, 0), static (values, _) => values.Average())
            .Linear("fc"));

    [Fact]
    public void PoolsWhoseLastWindowsHangOver_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new CeilNet(d, Capacity, seed: 15),
        static r => r
            .Conv2d("conv1", new Conv2dShape(1, 6, 9, 2, 3, 3, PaddingHeight: 1, PaddingWidth: 1))
            .Pool(new Pool2dShape(2, 6, 9, 3, 3, 2, 2, 0, 0, 1, 0), static (values, _) => values.Max()).Map(Reference.Relu)
            .Conv2d("conv2", new Conv2dShape(2, 3, 4, 3, 2, 2, PaddingHeight: 1, PaddingWidth: 1))
            .Pool(new Pool2dShape(3, 4, 5, 2, 3, 2, 2, 1, 1), static (values, _) => values.Average())
            .Pool(new Pool2dShape(3, 3, 3, 2, 2, 1, 1), static (values, _) => values.Average())
            .Linear("fc"));

    [Fact]
    public void LayersOfOnesOwn_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new CustomNet(d, Capacity, seed: 11),
        static r => r
            .Add((x, _) => BendChannels(x, r["act0.slope"]))
            .Conv2d("conv", new Conv2dShape(3, 4, 4, 4, 2, 2))
            .Add((x, _) => BendChannels(x, r["act1.slope"])).Linear("fc1").Map(Reference.Relu)
            .Add((x, _) => [.. r["mix.shift"].Select((s, o) => s + Math.Pow(x.Select((v, i) => v * r["mix.weight"][(o * x.Length) + i]).Sum(), 2))])
            .Linear("fc2"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dropout_HasTheGradientsOfItsMaskInTrainingAndOfNothingInEvaluation(bool training) => Verify(
        d =>
        {
            DropoutNet model = new(d, Capacity, seed: 13) { StepNumber = 4 };
            if (!training)
            {
                model.Evaluate();
            }

            return model;
        },
        r => r
            .Add(Mask(training, 0.25f, layer: 0)).Linear("fc1").Map(Reference.Relu).Add(Mask(training, 0.5f, layer: 3))
            .Linear("fc2").Map(Reference.Sigmoid).Add(Mask(training, 0.4f, layer: 6)).Linear("fc3"));

    [Fact]
    public void SecondBackwardPass_AddsToTheGradients()
    {
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using CustomNet model = new(device, Capacity, seed: 11);
        float[] inputs = Numbers(model.InputShape.Count * Batch, 21), targets = Numbers(model.OutputShape.Count * Batch, 22);
        List<float[]> once = Gradients(model, inputs, targets);
        model.Forward(inputs);
        model.Backward(Loss.MeanSquaredError(targets));
        int i = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            // Added in any order, twice the same is twice the number up to the rounding of the sums in between.
            Assert.All(parameter.CopyGradients().Zip(once[i++]), static p => Assert.Equal(2 * p.Second, p.First, 1e-5 + Math.Abs(p.Second * 1e-5)));
        }

        model.ZeroGradients();
        Assert.Equal(once, Gradients(model, inputs, targets));
    }

    private static List<float[]> Gradients(Model model, float[] inputs, float[] targets)
    {
        model.Forward(inputs);
        model.Backward(Loss.MeanSquaredError(targets));
        List<float[]> gradients = [];
        foreach (Parameter parameter in model.Parameters)
        {
            gradients.Add(parameter.CopyGradients());
        }

        return gradients;
    }

    private static void Verify(Func<Device, Model> make, Func<Reference, Reference> layers)
    {
        using TestedDevice tested = TestedDevice.Open(2);
        Device device = tested.Device;
        using Model model = make(device);
        Reference reference = layers(new Reference(model));
        float[] inputs = Numbers(model.InputShape.Count * Batch, 1), targets = Numbers(model.OutputShape.Count * Batch, 2);

        double[] outputs = reference.Outputs(inputs, Batch);
        ReadOnlySpan<float> actual = model.Forward(inputs);
        Assert.Equal(outputs.Length, actual.Length);
        for (int i = 0; i < outputs.Length; i++)
        {
            AssertClose(outputs[i], actual[i], $"output {i}");
        }

        float[] first = actual.ToArray();
        Assert.Equal(reference.Loss(inputs, targets, Batch), model.Backward(Loss.MeanSquaredError(targets)), Tolerance);

        // Values share memory, but the output can be read until the next forward pass, and the input is there for the second pass of a
        // SAM step.
        Assert.Equal(first, model.Output.Values.ToArray());
        foreach (Parameter parameter in model.Parameters)
        {
            double[] weights = reference[parameter.Name];
            float[] gradients = parameter.CopyGradients();
            Assert.Contains(gradients, static g => g != 0);
            for (int i = 0; i < weights.Length; i++)
            {
                double weight = weights[i];
                weights[i] = weight + Difference;
                double above = reference.Loss(inputs, targets, Batch);
                weights[i] = weight - Difference;
                double below = reference.Loss(inputs, targets, Batch);
                weights[i] = weight;
                AssertClose((above - below) / (2 * Difference), gradients[i], $"gradient of {parameter.Name}[{i}]");
            }
        }

        using (device.Enter()) model.RunForward();
        Assert.Equal(first, model.Output.Values.ToArray());
    }

    private static void AssertClose(double expected, float actual, string what) => Assert.True(
        Math.Abs(expected - actual) <= Tolerance + (RelativeTolerance * Math.Abs(expected)), $"{what} is {actual}, not {expected}.");

    private static float[] Numbers(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private static double[] BendChannels(double[] x, double[] slope) =>
        [.. x.Select((v, i) => v > 0 ? v : v * slope[i / (x.Length / slope.Length)])];

    // What the kernel makes of ones is the mask; that the model applies the mask of its seed, step and layer is what is tested.
    private static unsafe Func<double[], int, double[]> Mask(bool training, float probability, uint layer)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        float[] ones = new float[Capacity * 16];
        ones.AsSpan().Fill(1);
        if (training)
        {
            fixed (float* p = ones)
            {
                device.Kernels.Dropout(probability, new RandomStream(13, 4, layer), ones.Length, new DevicePointer<float>(p), new DevicePointer<float>(p));
            }
        }

        return (x, n) => [.. x.Select((v, i) => v * ones[(n * x.Length) + i])];
    }
}
