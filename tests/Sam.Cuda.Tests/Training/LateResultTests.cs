using System.Collections.Concurrent;
using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Results that are read late, and by others than the thread that steps.</summary>
public sealed class LateResultTests
{
    private const int Batch = 7, Steps = 60;

    [Fact]
    public async Task AnotherThreadReadsThem_WhileStepsGoOn()
    {
        float[] expected = Train(static (result, losses, i) => losses[i] = result.Loss);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            using BlockingCollection<(int Step, StepResult Result)> queue = [];
            float[] losses = new float[Steps];
            Task reader = Task.Run(() =>
            {
                foreach ((int step, StepResult result) in queue.GetConsumingEnumerable()) losses[step] = result.Loss;
            });
            Train((result, _, i) => queue.Add((i, result)), () =>
            {
                queue.CompleteAdding();
                reader.GetAwaiter().GetResult();
            });
            await reader;
            Assert.Equal(expected, losses);
        }
    }

    [Fact]
    public void ManyThreadsReadTheSameOne()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None, DefersWork = true });
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(1);
        for (int i = 0; i < 20; i++)
        {
            StepResult result = sam.Step(x, y);
            float[] seen = new float[4];
            Parallel.For(0, seen.Length, t => seen[t] = result.Loss);
            Assert.Single(seen.Distinct());
            Assert.True(float.IsFinite(seen[0]));
        }

        Assert.Equal(20, sam.BaseOptimizer.UpdateCount);
    }

    [Fact]
    public void WhatWasReadStaysReadable_WhatWasNotSaysThatTheOptimizerIsGone()
    {
        using CudaSession session = new(new EmulatedCudaOptions { DefersWork = true });
        using SmallMlp model = new(session.Device, Batch, 3);
        SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(1);
        StepResult read = sam.Step(x, y);
        float loss = read.Loss;
        StepResult unread = sam.Step(x, y);
        sam.Dispose();
        Assert.Equal(loss, read.Loss);
        Assert.Throws<ObjectDisposedException>(() => unread.Loss);
    }

    private static float[] Train(Action<StepResult, float[], int> take, Action? end = null)
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None, DefersWork = true });
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Adam(0.01f), Perturbation.Sam(0.05f), new SamOptions { LearningRate = Schedule.Cosine(0.05f, 0, Steps) });
        float[] losses = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            (float[] x, int[] y) = Data(i);
            take(sam.Step(x, y), losses, i);
        }

        end?.Invoke();
        return losses;
    }

    private static (float[] X, int[] Y) Data(int seed)
    {
        Random random = new(seed);
        return ([.. Enumerable.Range(0, Batch * 20).Select(_ => random.NextSingle() - 0.5f)], [.. Enumerable.Range(0, Batch).Select(_ => random.Next(5))]);
    }
}
