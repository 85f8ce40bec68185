using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Steps as graphs: the same bits as steps call by call, one launch, nothing from the device to the host.</summary>
public sealed class GraphTests
{
    private const int Batch = 7;

    [Fact]
    public void Replay_GivesTheBitsOfCalls()
    {
        float[] byGraph = Train(closure: false, out string[] graphResults), byCall = Train(closure: true, out string[] callResults);
        Assert.Equal(callResults, graphResults);
        Assert.Equal(byCall, byGraph);
    }

    [Fact]
    public void ReplayOfARhoThatFallsToZero_GivesTheBitsOfCalls()
    {
        // The step after the one that is skipped may be the first of one gradient, or not: the host has to know before it replays.
        Schedule rho = Schedule.Linear(0.05f, 0, 4);
        float[] byGraph = Train(closure: false, out string[] graphResults, rho), byCall = Train(closure: true, out string[] callResults, rho);
        Assert.Equal(callResults, graphResults);
        Assert.Equal(byCall, byGraph);
    }

    [Fact]
    public void AReplayedStep_IsOneLaunchOneCopyAndNothingElse()
    {
        using CudaSession session = new(new EmulatedCudaOptions());
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f), new SamOptions { LearningRate = Schedule.Cosine(0.1f, 0, 100) });
        (float[] x, int[] y) = Data(1);
        for (int i = 0; i < 5; i++) sam.Step(x, y);
        CudaLedger ledger = session.Emulated!.Ledger;
        ledger.Reset();
        sam.Step(x, y);
        Assert.Equal(1, ledger.GraphLaunches);
        Assert.Equal(0, ledger.Synchronisations);
        Assert.Equal(0, ledger.DeviceToHostCopies);
        Assert.Equal(1, ledger.HostToDeviceCopies);
        Assert.Equal(0, ledger.Allocations);
    }

    [Fact]
    public void ASkippedStep_ChangesNothingAndCountsNothing()
    {
        using CudaSession session = new();
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Adam(0.01f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(1);
        float[] bad = (float[])x.Clone();
        bad[3] = float.NaN;
        for (int i = 0; i < 5; i++) sam.Step(x, y);
        float[] before = Weights(model);
        StepResult skipped = sam.Step(bad, y);
        Assert.Equal(before, Weights(model));
        Assert.True(skipped.Skipped);
        Assert.Equal(5, sam.BaseOptimizer.UpdateCount);
        StepResult next = sam.Step(x, y), last = sam.Step(x, y);
        Assert.Equal(7, sam.BaseOptimizer.UpdateCount);
        Assert.False(next.Skipped);
        Assert.False(last.Skipped);
    }

    private static float[] Train(bool closure, out string[] seen, Schedule? rho = null)
    {
        using CudaSession session = new();
        using SmallMlp model = new(session.Device, Batch, 3);
        SamOptions options = new() { LearningRate = Schedule.Cosine(0.05f, 0, 20), Combination = Combination.Gsam(0.3f), Rho = rho };
        using SamOptimizer sam = new(model, new AdamW(0.01f), Perturbation.Sam(0.05f), options);
        StepResult[] results = new StepResult[9];
        for (int i = 0; i < results.Length; i++)
        {
            (float[] x, int[] y) = Data(i);
            if (i == 3) x[5] = float.PositiveInfinity;
            results[i] = closure
                ? sam.Step(() =>
                {
                    model.Forward(x);
                    return model.Backward(Loss.CrossEntropy(y));
                })
                : sam.Step(x, y);
        }

        Assert.True(results[3].Skipped);
        seen = [.. results.Select(result => result.ToString())];
        return Weights(model);
    }

    private static float[] Weights(Model model)
    {
        List<float> weights = [];
        foreach (Parameter parameter in model.Parameters)
        {
            float[] values = new float[parameter.Count];
            parameter.Read(values);
            weights.AddRange(values);
        }

        return [.. weights];
    }

    private static (float[] X, int[] Y) Data(int seed)
    {
        Random random = new(seed);
        float[] x = new float[Batch * 20];
        int[] y = new int[Batch];
        for (int i = 0; i < x.Length; i++) x[i] = (float)(random.NextDouble() - 0.5);
        for (int i = 0; i < y.Length; i++) y[i] = random.Next(5);
        return (x, y);
    }
}
