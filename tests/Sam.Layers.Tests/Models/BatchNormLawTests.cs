using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>The laws of a SAM step for models with batch normalisation and dropout.</summary>
public sealed class BatchNormLawTests
{
    private static readonly int[] s_labels = [0, 1, 2, 1];

    [Fact]
    public void WithoutARadius_AStepIsTheBaseOptimizers_RunningStatisticsIncluded()
    {
        string plain = Train(Perturbation.None, static (sam, x) => sam.Step(x, s_labels));
        Assert.Equal(plain, Train(Perturbation.Sam(0), static (sam, x) => sam.Step(x, s_labels)));
        Assert.NotEqual(plain, Train(Perturbation.Sam(0.1f), static (sam, x) => sam.Step(x, s_labels)));
    }

    [Fact]
    public void WhateverCallsThePasses_StatisticsAndMasksAreTheSame()
    {
        string whole = Train(Perturbation.Sam(0.1f), static (sam, x) => sam.Step(x, s_labels));
        Assert.Equal(whole, Train(Perturbation.Sam(0.1f), static (sam, x) => sam.Step(() => Pass(sam.Model, x))));
        Assert.Equal(whole, Train(Perturbation.Sam(0.1f), static (sam, x) =>
        {
            Pass(sam.Model, x);
            sam.FirstStep();
            Pass(sam.Model, x);
            sam.SecondStep();
        }));
    }

    [Fact]
    public void RunningStatistics_MoveInTheFirstPassOnly_UnlessAskedFor()
    {
        foreach (bool both in new[] { false, true })
        {
            using TestedDevice tested = TestedDevice.Open(1);
            Device device = tested.Device;
            using BatchNet model = new(device, 4, seed: 3) { UpdateStatisticsInBothPasses = both };
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.5f));
            Pass(model, Inputs(0));
            sam.FirstStep();
            float[] mean = model.Bn1.RunningMean.Copy(), variance = model.Bn1.RunningVar.Copy();
            Assert.Equal(1, model.Bn1.NumBatchesTracked.Integer);
            Pass(model, Inputs(0));
            Assert.Equal(!both, mean.SequenceEqual(model.Bn1.RunningMean.Copy()));
            Assert.Equal(!both, variance.SequenceEqual(model.Bn1.RunningVar.Copy()));
            Assert.Equal(both ? 2 : 1, model.Bn1.NumBatchesTracked.Integer);
            sam.SecondStep();
        }
    }

    [Fact]
    public void Evaluation_UsesTheRunningStatistics_AndMovesNothing()
    {
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using BatchNet model = new(device, 4, seed: 3);
        Pass(model, Inputs(0));
        string before = HostCopies.Hash(model);
        float[] whole = model.Predict(Inputs(1));
        float[] alone = model.Predict(Inputs(1).AsSpan(0, 6));
        Assert.Equal(whole[..3], alone);
        Assert.Equal(before, HostCopies.Hash(model));
    }

    [Fact]
    public void ABatchWithNaN_LeavesWeightsStatisticsAndCount()
    {
        float[] inputs = Inputs(0);
        inputs[3] = float.NaN;
        AssertTakenBack(sam => Assert.True(sam.Step(inputs, s_labels).Skipped));
    }

    [Fact]
    public void ASecondPassThatOverflows_TakesTheFirstPasssStatisticsBack() =>
        AssertTakenBack(static sam => Assert.True(sam.Step(Inputs(0), s_labels).Skipped), rho: float.MaxValue);

    [Fact]
    public void ASecondPassWithNaN_TakesTheFirstPasssStatisticsBack()
    {
        float[] poisoned = Inputs(0);
        poisoned[3] = float.NaN;
        int pass = 0;
        AssertTakenBack(sam => Assert.True(sam.Step(() => Pass(sam.Model, pass++ == 0 ? Inputs(0) : poisoned)).Skipped));
        Assert.Equal(2, pass);
    }

    [Fact]
    public void ASecondGradientThatIsNotThere_TakesTheFirstPasssStatisticsBack()
    {
        int pass = 0;
        AssertTakenBack(sam => Assert.True(sam.Step(() =>
        {
            if (pass++ == 0) return Pass(sam.Model, Inputs(0));
            sam.Model.Forward(Inputs(0));
            return 0;
        }).Skipped));
        Assert.Equal(2, pass);
    }

    [Fact]
    public void AClosureThatThrowsInTheSecondPass_TakesTheFirstPasssStatisticsBack()
    {
        int pass = 0;
        AssertTakenBack(sam => Assert.Throws<TimeoutException>(() => sam.Step(() =>
        {
            Pass(sam.Model, Inputs(0));
            return pass++ == 0 ? 0f : throw new TimeoutException();
        })));
        Assert.Equal(2, pass);
    }

    [Fact]
    public void AMissingSecondGradientOfHalves_LeavesWhatWasThereAtTheFirst()
    {
        string before = "";
        AssertTakenBack(
            sam =>
            {
                Pass(sam.Model, Inputs(0));
                before = HostCopies.Hash(sam.Model);
                sam.FirstStep();
                Assert.True(sam.SecondStep().Skipped);
                Assert.Equal(before, HostCopies.Hash(sam.Model));
                Assert.Equal(2, sam.Model.GetBuffer("bn1.num_batches_tracked").Integer);
            },
            takesFirstPassBack: false);
    }

    [Fact]
    public void OneExample_CannotBeTrainedWith_ButPredicted()
    {
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using BatchNet model = new(device, 4, seed: 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.5f));
        string before = HostCopies.Hash(model);
        Assert.Contains("at least 2 examples", Assert.Throws<ArgumentException>(() => model.Forward(new float[6])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => sam.Step(new float[6], [0]));
        Assert.Equal(before, HostCopies.Hash(model));
        Assert.Equal(3, model.Predict(new float[6]).Length);
        model.Evaluate();
        Assert.Equal(3, model.Forward(new float[6]).Length);
    }

    [Fact]
    public void SavedAndLoaded_WeightsAndBuffersAreTheSameBits()
    {
        string path = Path.Combine(Path.GetTempPath(), $"sam-{Guid.NewGuid():N}.safetensors");
        try
        {
            using TestedDevice tested = TestedDevice.Open(1);
            Device device = tested.Device;
            using BatchNet model = new(device, 4, seed: 3), other = new(device, 2, seed: 4);
            Pass(model, Inputs(0));
            model.Save(path);
            Assert.True(other.Load(path).IsExact);
            Assert.Equal(HostCopies.Hash(model), HostCopies.Hash(other));
            Assert.Equal(1, other.Bn1.NumBatchesTracked.Integer);
            other.Initialize();
            Assert.Equal(0, other.Bn1.NumBatchesTracked.Integer);
            Assert.All(other.Bn1.RunningVar.Copy(), static v => Assert.Equal(1f, v));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Buffers_AreNamedAndTyped()
    {
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using BatchNet model = new(device, 4, seed: 3);
        Assert.Equal(["bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"], model.Buffers.ToArray().Select(static b => b.Name));
        Assert.Throws<InvalidOperationException>(() => model.Bn1.NumBatchesTracked.Values.Length);
        Assert.Throws<InvalidOperationException>(() => model.Bn1.RunningMean.Integer);
        Assert.Throws<ArgumentException>(() => model.Bn1.RunningMean.Write(new float[7]));
        Assert.Throws<ArgumentException>(() => model.Bn1.RunningMean.Read(new float[7]));
        Assert.Contains("bn1.running_mean", Assert.Throws<KeyNotFoundException>(() => model.GetBuffer("bn2.running_mean")).Message, StringComparison.Ordinal);
    }

    // A step that counts in front, so that moments and statistics are none that a model starts with.
    private static void AssertTakenBack(Action<SamOptimizer> step, float rho = 0.5f, bool takesFirstPassBack = true)
    {
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using BatchNet model = new(device, 4, seed: 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, momentum: 0.9f), Perturbation.Sam(0.05f));
        Assert.False(sam.Step(Inputs(7), s_labels).Skipped);
        sam.Rho = rho;
        string before = HostCopies.Hash(model);
        Assert.Equal(1, model.Bn1.NumBatchesTracked.Integer);
        step(sam);
        if (takesFirstPassBack) Assert.Equal(before, HostCopies.Hash(model));

        // The step is not held up: the next one counts, from where the one before left off.
        sam.Rho = 0.05f;
        Assert.False(sam.Step(Inputs(8), s_labels).Skipped);
        Assert.Equal(takesFirstPassBack ? 2 : 3, model.Bn1.NumBatchesTracked.Integer);
    }

    private static string Train(Perturbation perturbation, Action<SamOptimizer, float[]> step)
    {
        using TestedDevice tested = TestedDevice.Open(2);
        Device device = tested.Device;
        using BatchNet model = new(device, 4, seed: 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, momentum: 0.9f, weightDecay: 1e-3f), perturbation);
        for (int i = 0; i < 5; i++) step(sam, Inputs(i));
        return HostCopies.Hash(model);
    }

    private static float Pass(Model model, float[] x)
    {
        model.Forward(x);
        return model.Backward(Loss.CrossEntropy(s_labels));
    }

    private static float[] Inputs(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, 24).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
