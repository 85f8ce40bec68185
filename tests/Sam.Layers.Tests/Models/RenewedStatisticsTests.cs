using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>Running statistics that are taken anew, for the weights that are in the model.</summary>
public sealed class RenewedStatisticsTests
{
    private const int Examples = 10;
    private const int BatchSize = 4;

    // Means and variances about 1 of sums in single precision, averaged over three batches.
    private const double Tolerance = 2e-6;

    [Fact]
    public void RenewedStatistics_AreTheAverageOfTheBatches()
    {
        using TestedDevice tested = TestedDevice.Open();
        using RenewedNet model = new(tested.Device, BatchSize, seed: 3);
        float[] inputs = Inputs(model);
        model.Forward(inputs.AsSpan(0, BatchSize * model.InputShape.Count));
        model.Evaluate();
        for (int round = 0; round < 2; round++)
        {
            model.RenewStatistics(inputs);
            Assert.False(model.IsTraining);
            foreach ((string name, double[] expected) in Reference(model, inputs))
            {
                float[] actual = Find(model, name).Copy();
                for (int i = 0; i < expected.Length; i++)
                {
                    Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
                }
            }

            Assert.Equal(3, Find(model, "bn1.num_batches_tracked").Integer);
        }
    }

    [Fact]
    public void Average_IsTestedWithStatisticsOfItsOwn_AndTheTrainingGoesOnAsIfItHadNotBeen()
    {
        using TestedDevice tested = TestedDevice.Open();
        List<float[]> seen = [];
        foreach (bool tests in (bool[])[false, true])
        {
            using BatchNet model = new(tested.Device, BatchSize, seed: 3);
            SamOptions options = new() { Averaging = WeightAveraging.Exponential(0.8f) };
            using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f), options);
            float[] inputs = Inputs(model);
            for (int step = 0; step < 4; step++)
            {
                sam.Step(inputs.AsSpan(0, BatchSize * model.InputShape.Count), [0, 1, 2, 0]);
                if (!tests)
                {
                    continue;
                }

                float[] before = All(model);
                ulong number = model.StepNumber;
                sam.SwapAverage();
                model.RenewStatistics(inputs);
                Assert.NotEqual(before, All(model));
                sam.SwapAverage();
                Assert.Equal(before, All(model));
                Assert.Equal(number, model.StepNumber);
            }

            seen.Add(All(model));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public void BadInput_IsRefusedBeforeAnythingChanges()
    {
        using TestedDevice tested = TestedDevice.Open();
        using RenewedNet model = new(tested.Device, BatchSize, seed: 3);
        float[] inputs = Inputs(model), before = All(model);
        Assert.Throws<InvalidOperationException>(() => model.AddToStatistics(inputs.AsSpan(0, 8)));
        Assert.Throws<ArgumentException>(() => model.RenewStatistics(inputs.AsSpan(0, 7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.RenewStatistics([]));
        Assert.Throws<ArgumentException>(() => model.RenewStatistics(inputs.AsSpan(0, (BatchSize + 1) * model.InputShape.Count)));
        Assert.Equal(before, All(model));
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.1f));
        model.Forward(inputs.AsSpan(0, BatchSize * model.InputShape.Count));
        model.Backward(Loss.Sum);
        sam.FirstStep();
        Assert.Throws<InvalidOperationException>(() => model.RenewStatistics(inputs));
        sam.SecondStep();
    }

    // Two layers in double: each batch is normalised by its own statistics, whose variance in the running ones is that of a sample.
    private static Dictionary<string, double[]> Reference(Model model, float[] inputs)
    {
        Dictionary<string, double[]> sums = [];
        int batches = 0;
        for (int start = 0; start < Examples; start += BatchSize, batches++)
        {
            int count = Math.Min(BatchSize, Examples - start);
            double[][] x = [.. Enumerable.Range(start, count).Select(b =>
                inputs[(b * model.InputShape.Count)..((b + 1) * model.InputShape.Count)].Select(static v => (double)v).ToArray())];
            for (int layer = 1; layer <= 2; layer++)
            {
                float[] w = Weights(model, $"fc{layer}.weight"), bias = Weights(model, $"fc{layer}.bias");
                double[][] y = [.. x.Select(row => bias.Select((b, o) => b + row.Select((v, i) => v * w[(o * row.Length) + i]).Sum()).ToArray())];
                double[] mean = [.. bias.Select((_, o) => y.Average(row => row[o]))];
                double[] variance = [.. bias.Select((_, o) => y.Average(row => Math.Pow(row[o] - mean[o], 2)))];
                Add(sums, $"bn{layer}.running_mean", mean);
                Add(sums, $"bn{layer}.running_var", [.. variance.Select(v => v * count / (count - 1))]);
                x = [.. y.Select(row => row.Select((v, o) => Math.Max(0, (v - mean[o]) / Math.Sqrt(variance[o] + 1e-5))).ToArray())];
            }
        }

        return sums.ToDictionary(static pair => pair.Key, pair => pair.Value.Select(v => v / batches).ToArray());
    }

    private static void Add(Dictionary<string, double[]> sums, string name, double[] values) =>
        sums[name] = sums.TryGetValue(name, out double[]? sum) ? [.. sum.Zip(values, static (a, b) => a + b)] : values;

    private static float[] Weights(Model model, string name) => model.Parameters[name].Copy();

    private static ModelBuffer Find(Model model, string name)
    {
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Name == name)
            {
                return buffer;
            }
        }

        throw new ArgumentException(name, nameof(name));
    }

    private static float[] Inputs(Model model) => [.. Enumerable.Range(1, Examples * model.InputShape.Count).Select(static i => MathF.Sin(i * i) + (0.1f * (i % 5)))];

    private static float[] All(Model model)
    {
        List<float> values = [];
        foreach (Parameter parameter in model.Parameters)
        {
            values.AddRange(parameter.Copy());
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            values.AddRange(buffer.Info.IsInteger ? [buffer.Integer] : buffer.Copy());
        }

        return [.. values];
    }
}
