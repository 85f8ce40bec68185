using Sam.Native;
using static Sam.Layers.Tests.Models.BatchReference;

namespace Sam.Layers.Tests.Models;

/// <summary>Outputs and gradients of models with normalisation, blocks and shortcuts against a float64 forward pass and its central differences.</summary>
public sealed class BlockGradientTests
{
    // Normalisation divides by deviations of a few tenths, layer after layer, and so enlarges float32's rounding of the sums by some tens.
    private const double Tolerance = 1e-4;
    private const double RelativeTolerance = 5e-4;

    // Central differences in double: truncation about h^2, rounding about 1e-16 / h.
    private const double Difference = 1e-5;
    private const int Capacity = 5;
    private const int Batch = 4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BasicBlocks_HaveTheGradientsOfTheirDefinition(bool training) => Verify(
        static d => new BasicNet(d, Capacity, seed: 3),
        training,
        static (r, x) =>
        {
            r.KernelSizes["layer2.0.downsample.0"] = 1;
            x = Relu(r.BatchNorm("bn1", r.Conv("conv1", x, 6, 5), 30));
            x = r.BasicBlock("layer1.0", x, 6, 5, 1, project: false);
            x = r.BasicBlock("layer2.0", x, 6, 5, 2, project: true);
            return r.Linear("fc", Mean(x, 9));
        });

    [Fact]
    public void Bottlenecks_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new BottleneckNet(d, Capacity, seed: 5),
        training: true,
        static (r, x) =>
        {
            foreach (string name in new[] { "layer1.0.conv1", "layer1.0.conv3", "layer1.1.conv1", "layer1.1.conv3", "layer1.1.downsample.0" }) r.KernelSizes[name] = 1;
            x = r.Bottleneck("layer1.0", x, 4, 4, 1, project: false);
            x = r.Bottleneck("layer1.1", x, 4, 4, 2, project: true);
            return r.Linear("fc", [.. x.Chunk(4).SelectMany(static p => new[] { (p[0] + p[2]) / 2, (p[1] + p[3]) / 2 })]);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WideBlocks_HaveTheGradientsOfTheirDefinition(bool training) => Verify(
        static d => new WideNet(d, Capacity, seed: 7),
        training,
        static (r, x) =>
        {
            const string First = "block1.layer.0", Second = "block1.layer.1";
            r.KernelSizes[First + ".convShortcut"] = 1;
            x = Relu(r.BatchNorm(First + ".bn1", r.Conv("conv1", x, 5, 5), 25));
            double[] y = r.Conv(First + ".conv2", Relu(r.BatchNorm(First + ".bn2", r.Conv(First + ".conv1", x, 5, 5, 2), 9)), 3, 3);
            x = Add(y, r.Conv(First + ".convShortcut", x, 5, 5, 2));
            y = r.Conv(Second + ".conv1", Relu(r.BatchNorm(Second + ".bn1", x, 9)), 3, 3);
            x = Add(x, r.Conv(Second + ".conv2", Relu(r.BatchNorm(Second + ".bn2", y, 9)), 3, 3));
            return r.Linear("fc", Mean(Relu(r.BatchNorm("bn1", x, 9)), 9));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NormalisationsOfFeatures_HaveTheGradientsOfTheirDefinition(bool training) => Verify(
        static d => new FeatureNet(d, Capacity, seed: 9),
        training,
        static (r, x) =>
        {
            x = Relu(r.BatchNorm("bn1", r.Linear("fc1", x), 1));
            x = Map(r.Norm("ln1", x, 5, static i => i % 5), Reference.Gelu);
            return r.Linear("fc3", r.BatchNorm("bn2", r.Linear("fc2", x), 1, 1e-3));
        });

    [Fact]
    public void NormalisationsOfGroups_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new GroupNet(d, Capacity, seed: 11),
        training: true,
        static (r, x) =>
        {
            r.KernelSizes["conv1"] = 2;
            x = Relu(r.Conv("conv1", r.Norm("gn1", x, 18, static i => i / 9 % 4), 3, 3));
            x = Relu(r.Norm("gn2", x, 8, static i => i / 4 % 6));
            x = r.Norm("ln1", x, 24, static i => i % 24);
            return r.Linear("fc", Mean(x, 2));
        });

    [Fact]
    public void AdditionsInFrontOfLayersThatWorkInPlace_HaveTheGradientsOfTheirDefinition() => Verify(
        static d => new TangledNet(d, Capacity, seed: 13),
        training: true,
        static (r, x) =>
        {
            double[] start = Relu(r.Linear("fc1", x));
            x = Map(Add(start, Map(r.Linear("t.a", start), Math.Tanh)), Reference.Sigmoid);
            x = Relu(Add(x, Map(r.Linear("t.b", x), Reference.Sigmoid)));
            x = Map(Add(r.Linear("t.c", Add(x, x)), start), Math.Tanh);
            return r.Linear("fc2", x);
        });

    private static void Verify(Func<Device, Model> make, bool training, Func<BatchReference, double[], double[]> layers)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
        using Model model = make(device);
        Random random = new(4);
        foreach (Parameter parameter in model.Parameters)
        {
            // Scales and shifts that start at 1 and 0 would hide mistakes.
            if (parameter.Role is ParameterRole.NormalizationScale or ParameterRole.NormalizationShift)
            {
                foreach (ref float value in parameter.Values) value += random.NextSingle() - 0.4f;
            }
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger)
            {
                foreach (ref float value in buffer.Values) value += 0.5f * random.NextSingle();
            }
        }

        if (!training) model.Evaluate();
        float[] inputs = [.. Enumerable.Range(0, model.InputShape.Count * Batch).Select(_ => (2 * random.NextSingle()) - 1)];
        float[] targets = [.. Enumerable.Range(0, model.OutputShape.Count * Batch).Select(_ => (2 * random.NextSingle()) - 1)];
        double[] x = [.. inputs.Select(static v => (double)v)];
        BatchReference reference = new(model, Batch);
        double Loss() => layers(reference, x).Zip(targets, static (y, t) => (y - t) * (y - t)).Average();

        double[] outputs = layers(reference, x);
        ReadOnlySpan<float> actual = model.Forward(inputs);
        Assert.Equal(outputs.Length, actual.Length);
        for (int i = 0; i < outputs.Length; i++) AssertClose(outputs[i], actual[i], $"output {i}");
        Assert.Equal(Loss(), model.Backward(Native.Loss.MeanSquaredError(targets)), Tolerance);
        foreach (Parameter parameter in model.Parameters)
        {
            double[] weights = reference[parameter.Name];
            for (int i = 0; i < weights.Length; i++)
            {
                double weight = weights[i];
                weights[i] = weight + Difference;
                double above = Loss();
                weights[i] = weight - Difference;
                double below = Loss();
                weights[i] = weight;
                AssertClose((above - below) / (2 * Difference), parameter.Gradients[i], $"gradient of {parameter.Name}[{i}]");
            }
        }
    }

    private static void AssertClose(double expected, float actual, string what) => Assert.True(
        Math.Abs(expected - actual) <= Tolerance + (RelativeTolerance * Math.Abs(expected)), $"{what} is {actual}, not {expected}.");
}
