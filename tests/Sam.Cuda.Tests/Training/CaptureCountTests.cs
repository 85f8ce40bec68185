using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>A step is captured once for each batch size, whatever changes from step to step, and copies no more than its batch.</summary>
public sealed class CaptureCountTests
{
    private const int Batch = 512;

    [Fact]
    public void SchedulesStepsAndRho_CaptureNothingAnew()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using SmallMlp model = new(session.Device, 8, 3);
        SamOptions options = new() { LearningRate = Schedule.Cosine(0.1f, 0, 100), LossScaling = new LossScaling { InitialScale = 1024, GrowthInterval = 3 } };
        using SamOptimizer sam = new(model, new AdamW(0.01f), Perturbation.Sam(0.05f), options);
        CudaLedger ledger = session.Emulated!.Ledger;
        for (int i = 0; i < 30; i++)
        {
            sam.Rho = 0.01f * (1 + (i % 5));
            Step(sam, 8, i);
        }

        Assert.Equal(1, ledger.Captures);
        Assert.Equal(29, ledger.GraphLaunches);
        Assert.True(sam.LossScale > 1024);
    }

    [Fact]
    public void TwoBatchSizes_AreTwoCaptures_HoweverTheyAlternate()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using SmallMlp model = new(session.Device, 8, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        CudaLedger ledger = session.Emulated!.Ledger;
        for (int i = 0; i < 6; i++) Step(sam, i % 2 == 0 ? 8 : 3, i);
        Assert.Equal(2, ledger.Captures);
        ledger.Reset();
        for (int i = 0; i < 20; i++) Step(sam, i % 3 == 0 ? 3 : 8, i);
        Assert.Equal(0, ledger.Captures);
        Assert.Equal(20, ledger.GraphLaunches);
        Assert.Equal(0, ledger.Synchronisations);
        Assert.Equal(0, ledger.DeviceToHostCopies);
        Assert.Equal(0, ledger.Allocations);
        Assert.Equal(20, ledger.HostToDeviceCopies);
    }

    [Fact]
    public void ASmallerBatch_IsCopiedAlone()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        long whole = Bytes(Batch), small = Bytes(2);
        Assert.Equal(Rounded(Batch * 20) + Rounded(Batch) - Rounded(2 * 20) - Rounded(2), whole - small);
        Assert.InRange(small, 2 * 21 * sizeof(float), 4096);

        long Bytes(int examples)
        {
            for (int i = 0; i < 3; i++) _ = Step(sam, examples, i).Loss;
            CudaLedger ledger = session.Emulated!.Ledger;
            ledger.Reset();
            Step(sam, examples, 3);
            return ledger.HostToDeviceBytes;
        }

        static long Rounded(int count) => ((count * sizeof(float)) + 255) / 256 * 256;
    }

    private static StepResult Step(SamOptimizer sam, int examples, int seed)
    {
        Random random = new(seed);
        float[] x = [.. Enumerable.Range(0, examples * 20).Select(_ => random.NextSingle() - 0.5f)];
        int[] y = [.. Enumerable.Range(0, examples).Select(_ => random.Next(5))];
        return sam.Step(x, y);
    }
}
