using System.Collections.Concurrent;
using System.Diagnostics;
using BenchmarkDotNet.Running;
using Sam.Native;

namespace Sam.Bench.Benchmarks;

/// <summary>The machine's best on one thread and on all: what rates are set beside.</summary>
internal static class Machine
{
    private const int Copies = 25;

    private static readonly ConcurrentDictionary<int, double> s_copies = new();
    private static readonly Lazy<double> s_gflops = new(MachinePeak.GflopsPerCore);

    /// <summary>One thread and all of them.</summary>
    public static int[] ThreadCounts { get; } = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    /// <summary>Copies the weights over the gradients a few times and keeps the fastest rate of the run: benchmarks call it before and
    /// after their own work, so that both see the same machine and arrays of one size.</summary>
    public static void MeasureCopy(Device device, Model model, int threads)
    {
        int count = model.Layout.ArenaCount;
        for (int i = 0; i < Copies; i++)
        {
            long start = Stopwatch.GetTimestamp();
            device.Kernels.Copy(count, model.WeightMemory, model.GradientMemory);
            double rate = 8.0 * count / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            s_copies.AddOrUpdate(threads, rate, (_, best) => Math.Max(best, rate));
        }
    }

    /// <summary>GB/s of a copy on a case's threads, NaN where none was measured.</summary>
    public static double Copy(BenchmarkCase one) => s_copies.TryGetValue(Threads(one), out double rate) ? rate : double.NaN;

    /// <summary>GFLOP/s of fused multiply-adds on a case's threads.</summary>
    public static double Peak(BenchmarkCase one) => s_gflops.Value * Threads(one);

    private static int Threads(BenchmarkCase one) => (int)one.Parameters["Threads"];
}
