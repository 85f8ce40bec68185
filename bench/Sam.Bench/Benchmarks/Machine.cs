using System.Collections.Concurrent;
using BenchmarkDotNet.Running;

namespace Sam.Bench.Benchmarks;

/// <summary>The machine's best, measured once for each number of threads, and the threads that benchmarks run on.</summary>
internal static class Machine
{
    private static readonly ConcurrentDictionary<int, double> s_copies = new();
    private static readonly Lazy<double> s_gflops = new(MachinePeak.GflopsPerCore);

    /// <summary>One thread and all of them.</summary>
    public static int[] ThreadCounts { get; } = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    /// <summary>GB/s of a copy on a case's threads.</summary>
    public static double Copy(BenchmarkCase one) => s_copies.GetOrAdd(Threads(one), MachinePeak.CopyGigabytesPerSecond);

    /// <summary>GFLOP/s of fused multiply-adds on a case's threads.</summary>
    public static double Peak(BenchmarkCase one) => s_gflops.Value * Threads(one);

    private static int Threads(BenchmarkCase one) => (int)one.Parameters["Threads"];
}
