using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sam.Native.Cpu;

namespace Sam.Bench.Commands;

/// <summary>Speed of the product's inner tile, and of the products themselves, beside the machine's peak.</summary>
internal static unsafe class DevProducts
{
    public static int Run(string[] args)
    {
        double peak = MachinePeak.GflopsPerCore();
        Console.WriteLine($"peak {peak:F1} GFLOP/s per core, copy {MachinePeak.CopyGigabytesPerSecond(1):F1} GB/s");
        float* a = (float*)NativeMemory.AlignedAlloc(1 << 22, 64);
        float* b = (float*)NativeMemory.AlignedAlloc(1 << 22, 64);
        float* c = (float*)NativeMemory.AlignedAlloc(1 << 22, 64);
        new Span<float>(a, 1 << 20).Fill(0.5f);
        new Span<float>(b, 1 << 20).Fill(0.5f);
        foreach (int k in (int[])[64, 128, 256, 384])
        {
            double best = double.MaxValue;
            for (int r = 0; r < 30; r++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < 100; i++)
                {
                    TileKernels.Tile12x2<Simd512, Vector512<float>>(k, a, 1, 12, b, 32, c, 32, false);
                }

                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / 100);
            }

            double gflops = 2.0 * 12 * 32 * k / best / 1e9;
            Console.WriteLine($"tile 12x32 k {k}: {gflops:F1} GFLOP/s = {gflops / peak:P1}");
        }

        return 0;
    }
}
