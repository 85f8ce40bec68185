using Sam.Native;
using Sam.Tests;
using static Sam.Layers.Tests.Models.BatchReference;

namespace Sam.Layers.Tests.Models;

/// <summary>The options of normalisations, in models, against float64.</summary>
public sealed class NormalizationOptionTests
{
    private const int Batch = 4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PlanesWithoutScaleOrRunningStatistics_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new PlaneOptionNet(d, Batch, seed: 3),
        training,
        static (r, x) =>
        {
            x = Relu(r.BatchNorm("bn1", r.Conv("conv1", x, 4, 3), 12));
            x = Relu(r.BatchNorm("bn2", r.Conv("conv2", x, 4, 3), 12));
            x = r.BatchNorm("bn3", r.Conv("conv3", x, 4, 3), 12);
            return r.Linear("fc", Mean(x, 12));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ChannelsOfALength_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new LengthNet(d, Batch, seed: 5),
        training,
        static (r, x) =>
        {
            x = Map(r.BatchNorm("bn1", r.Norm("ln0", x, 5, static i => i % 5), 5), Math.Tanh);
            x = r.BatchNorm("bn3", Relu(r.BatchNorm("bn2", x, 5)), 5);
            return r.Linear("fc", x);
        });

    [Fact]
    public void RowsOfAnExample_HaveTheGradientsOfTheirDefinition() => BatchGradients.Verify(
        static d => new RowNet(d, Batch, seed: 7),
        training: true,
        static (r, x) =>
        {
            x = Map(r.Norm("ln1", r.Conv("conv1", x, 3, 5), 5, static i => i % 5), Math.Tanh);
            x = Map(r.Norm("ln2", r.Conv("conv2", x, 3, 5), 15, static i => i % 15), Math.Tanh);
            x = Map(r.Norm("gn1", r.Conv("conv3", x, 3, 5), 30, static i => i / 15 % 4), Math.Tanh);
            return r.Linear("fc", x);
        });

    [Fact]
    public void RunningStatistics_FollowTheirMomentum()
    {
        using TestedDevice tested = TestedDevice.Open(2);
        using MomentumNet model = new(tested.Device, Batch, seed: 9);
        string[] names = ["zero", "small", "one", "mean"];
        Random random = new(3);
        foreach (string name in names) model.Parameters[name + ".weight"].Write([.. Enumerable.Range(0, 3).Select(_ => random.NextSingle() + 0.5f)]);
        BatchReference reference = new(model, Batch);
        Dictionary<string, double[]> running = names.SelectMany(static n => new[] { n + ".running_mean", n + ".running_var" })
            .ToDictionary(static n => n, n => model.GetBuffer(n).Copy().Select(static v => (double)v).ToArray());
        for (int step = 0; step < 5; step++)
        {
            float[] inputs = [.. Enumerable.Range(0, Batch * 12).Select(_ => (3 * random.NextSingle()) + step)];
            model.Forward(inputs);
            double[] x = [.. inputs.Select(static v => (double)v)];
            foreach (string name in names)
            {
                double momentum = name switch { "zero" => 0, "small" => 0.01f, "one" => 1, _ => 1.0 / (step + 1) };
                for (int c = 0; c < 3; c++)
                {
                    double[] values = [.. x.Where((_, i) => i / 4 % 3 == c)];
                    double mean = values.Average(), variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
                    running[name + ".running_mean"][c] = ((1 - momentum) * running[name + ".running_mean"][c]) + (momentum * mean);
                    running[name + ".running_var"][c] = ((1 - momentum) * running[name + ".running_var"][c]) + (momentum * variance);
                }

                x = reference.BatchNorm(name, x, 4);
                Assert.Equal(step + 1, model.GetBuffer(name + ".num_batches_tracked").Integer);
            }

            foreach ((string name, double[] expected) in running)
            {
                Assert.All(expected.Zip(model.GetBuffer(name).Copy()), p => Assert.True(Math.Abs(p.First - p.Second) <= 3e-6 * (1 + Math.Abs(p.First)), $"{name} {step}: {p}"));
            }
        }
    }

    [Fact]
    public void ACumulativeAverage_MovesInTheFirstPassOnly()
    {
        using TestedDevice tested = TestedDevice.Open(2);
        using MomentumNet model = new(tested.Device, Batch, seed: 9), plain = new(tested.Device, Batch, seed: 9);
        using SamOptimizer sam = new(model, new Sgd(0), Perturbation.Sam(0.5f));
        float[] inputs = [.. Enumerable.Range(0, Batch * 12).Select(static i => (i * 7 % 11) - 4f)];
        for (int step = 0; step < 3; step++)
        {
            sam.Step(inputs, [0, 1, 1, 0]);
            plain.Forward(inputs);
        }

        Assert.Equal(HostCopies.Hash(plain), HostCopies.Hash(model));
    }

    [Fact]
    public void OneValueAChannel_IsNoBatchWithoutRunningStatistics()
    {
        using TestedDevice tested = TestedDevice.Open(1);
        using UntrackedFeatureNet model = new(tested.Device, Batch, seed: 3);
        float[] inputs = [.. Enumerable.Range(0, 6 * 6).Select(static i => (i * 7 % 11) - 4f)];
        model.Evaluate();
        float[] first = model.Forward(inputs.AsSpan(0, 24)).Values.ToArray(), rest = model.Forward(inputs.AsSpan(24, 12)).Values.ToArray();
        Assert.Equal([.. first, .. rest], model.Predict(inputs));
        float[] outputs = new float[15];
        Assert.Contains(
            "In evaluation a batch normalisation of this UntrackedFeatureNet needs at least 2 examples for a variance; the batch has 1",
            Assert.Throws<ArgumentException>(() => model.Predict(inputs.AsSpan(0, 30), outputs)).Message,
            StringComparison.Ordinal);
        Assert.All(outputs, static v => Assert.Equal(0, v));
        Assert.Throws<ArgumentException>(() => model.Forward(inputs.AsSpan(0, 6)));
        model.Train();
        Assert.Throws<ArgumentException>(() => model.Forward(inputs.AsSpan(0, 6)));
        Assert.Empty(model.Predict([]));
        Assert.Empty(model.Buffers.ToArray());
    }
}

[Model("2x4x3")]
[Conv2d("conv1", 3, 3, Padding = 1), BatchNorm2d("bn1", Affine = false), Relu]
[Conv2d("conv2", 2, 3, Padding = 1), BatchNorm2d("bn2", TrackRunningStatistics = false), Relu]
[Conv2d("conv3", 3, 3, Padding = 1), BatchNorm2d("bn3", Affine = false, TrackRunningStatistics = false), GlobalAvgPool2d, Linear("fc", 3)]
internal sealed partial class PlaneOptionNet;

[Model("3x5")]
[LayerNorm("ln0"), BatchNorm1d("bn1"), Tanh, BatchNorm1d("bn2", Affine = false), Relu, BatchNorm1d("bn3", TrackRunningStatistics = false), Flatten, Linear("fc", 3)]
internal sealed partial class LengthNet;

[Model("2x3x5")]
[Conv2d("conv1", 2, 3, Padding = 1), LayerNorm("ln1", Bias = false), Tanh]
[Conv2d("conv2", 3, 3, Padding = 1), LayerNorm("ln2", Dimensions = 2, Affine = false), Tanh]
[Conv2d("conv3", 4, 3, Padding = 1), GroupNorm("gn1", 2, Affine = false), Tanh, Flatten, Linear("fc", 3)]
internal sealed partial class RowNet;

[Model("3x4")]
[BatchNorm1d("zero", Momentum = 0), BatchNorm1d("small", Momentum = 0.01f), BatchNorm1d("one", Momentum = 1)]
[BatchNorm1d("mean", CumulativeAverage = true), Flatten, Linear("fc", 2)]
internal sealed partial class MomentumNet;

[Model("6")]
[Linear("fc1", 5), BatchNorm1d("bn1", TrackRunningStatistics = false), Relu, Linear("fc2", 3)]
internal sealed partial class UntrackedFeatureNet;
