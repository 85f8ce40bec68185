using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sam.Native.Cpu;

namespace Sam.Bench.Commands;

/// <summary>Speed of the products that the workloads are made of, beside the machine's peak: dev-products [threads] [filter].</summary>
internal static unsafe class DevProducts
{
    private static readonly (string Name, bool TransposeA, bool TransposeB, int M, int N, int K)[] s_cases =
    [
        ("gemm-512", false, false, 512, 512, 512),
        ("gemm-1024", false, false, 1024, 1024, 1024),
        ("gemm-128x256x784", false, false, 128, 256, 784),
        ("mnist-fc1-forward", false, true, 128, 512, 784),
        ("mnist-fc1-weight", true, false, 512, 784, 128),
        ("mnist-fc2-forward", false, true, 128, 256, 512),
        ("mnist-fc2-data", false, false, 128, 512, 256),
        ("mnist-fc2-weight", true, false, 256, 512, 128),
        ("mnist-fc3-forward", false, true, 128, 10, 256),
        ("mnist-fc3-data", false, false, 128, 256, 10),
        ("mnist-fc3-weight", true, false, 10, 256, 128),
        ("tiny-fc2-forward", false, true, 32, 64, 64),
        ("tiny-fc2-data", false, false, 32, 64, 64),
        ("tiny-fc2-weight", true, false, 64, 64, 32),
        ("tiny-fc3-forward", false, true, 32, 4, 64),
        ("tiny-fc3-data", false, false, 32, 64, 4),
        ("tiny-fc3-weight", true, false, 4, 64, 32),
    ];

    public static int Run(string[] args)
    {
        int threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        double peak = MachinePeak.GflopsPerCore() * threads;
        Console.WriteLine($"peak of {threads} threads {peak:F1} GFLOP/s, copy {MachinePeak.CopyGigabytesPerSecond(threads):F1} GB/s");
        using WorkerTeam team = new(threads);
        float* a = Allocate();
        float* b = Allocate();
        float* c = Allocate();
        foreach ((string name, bool transposeA, bool transposeB, int m, int n, int k) in s_cases)
        {
            if (args.Length > 1 && !name.Contains(args[1], StringComparison.Ordinal))
            {
                continue;
            }

            double operations = 2.0 * m * n * k;
            int repeats = (int)Math.Max(1, 2e7 / operations);
            double best = double.MaxValue;
            for (int trial = 0; trial < 60; trial++)
            {
                double start = Now(threads);
                for (int i = 0; i < repeats; i++)
                {
                    MatrixProduct.Multiply(team, transposeA, transposeB, m, n, k, 1f, a, transposeA ? m : k, b, transposeB ? k : n, 0f, c, n);
                }

                best = Math.Min(best, (Now(threads) - start) / repeats);
            }

            Console.WriteLine($"{name,-20} {best * 1e6,9:F2} us {operations / best / 1e9,7:F1} GFLOP/s {operations / best / 1e9 / peak,7:P1}");
        }

        return 0;
    }

    private static float* Allocate()
    {
        const int Count = 1 << 20;
        float* block = (float*)NativeMemory.AlignedAlloc(Count * sizeof(float), 64);
        Random random = new(1);
        for (int i = 0; i < Count; i++)
        {
            block[i] = random.NextSingle() - 0.5f;
        }

        return block;
    }

    /// <summary>Alone, the thread's own time; with others, the time on the wall.</summary>
    private static double Now(int threads) => threads == 1 ? ThreadClock.Seconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
