using Sam.Emulator;
using Sam.Native;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>Models on one device, each trained, read and evaluated by a thread of its own, with graphs: the bits of each alone.</summary>
public sealed class ManyThreadsTests
{
    private const int Threads = 4, Steps = 12;

    [Fact]
    public void EachModelGivesTheBitsOfItAlone()
    {
        string[] alone = new string[Threads];
        for (int t = 0; t < Threads; t++)
        {
            using CudaSession own = new(new EmulatedCudaOptions());
            alone[t] = Train(own.Device, t);
        }

        using CudaSession session = new(new EmulatedCudaOptions { DefersWork = true });
        string[] together = new string[Threads];
        Exception?[] errors = new Exception?[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() => errors[t] = Record.Exception(() => together[t] = Train(session.Device, t))))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.All(errors, Assert.Null);
        Assert.Equal(alone, together);
        Assert.Equal(Threads, session.Emulated!.Ledger.Captures);
    }

    private static string Train(Device device, int thread)
    {
        int batch = 3 + thread;
        using SmallMlp model = new(device, batch, (ulong)thread);
        using SamOptimizer sam = new(model, new AdamW(0.01f), Perturbation.Sam(0.05f), new SamOptions { LearningRate = Schedule.Cosine(0.02f, 0, Steps) });
        StepResult[] results = new StepResult[Steps];
        Random random = new(thread);
        float predicted = 0;
        for (int i = 0; i < Steps; i++)
        {
            float[] x = [.. Enumerable.Range(0, batch * 20).Select(_ => random.NextSingle() - 0.5f)];
            int[] y = [.. Enumerable.Range(0, batch).Select(_ => random.Next(5))];
            results[i] = sam.Step(x, y);
            if (i % 4 == 3) predicted += model.Predict(x)[0];
        }

        return $"{HostCopies.Hash(model)} {predicted:R} {string.Join(' ', results.Select(static result => result.Loss.ToString("R")))}";
    }
}
