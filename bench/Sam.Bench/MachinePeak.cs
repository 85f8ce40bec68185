using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sam.Native.Cpu;

namespace Sam.Bench;

/// <summary>What this machine can do at best, measured: the figures that others are set beside.</summary>
internal static unsafe class MachinePeak
{
    private const int Repetitions = 20;
    private const int CopyBytes = 64 << 20;

    /// <summary>Billions of single-precision operations per second of one core in fused multiply-adds that hang on nothing else.</summary>
    /// <returns>The best of several short runs, in GFLOP/s.</returns>
    public static double GflopsPerCore()
    {
        const int Steps = 200_000;
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            double start = ThreadClock.Seconds;
            float sum = Vector512.IsHardwareAccelerated ? Chains<Simd512, Vector512<float>>(Steps, 1f)
                : Vector256.IsHardwareAccelerated ? Chains<Simd256, Vector256<float>>(Steps, 1f)
                : Chains<Simd128, Vector128<float>>(Steps, 1f);
            double seconds = ThreadClock.Seconds - start;
            best = float.IsNaN(sum) ? best : Math.Min(best, seconds);
        }

        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        return 2.0 * 12 * lanes * Steps / best / 1e9;
    }

    /// <summary>Bytes moved per second by a copy that no cache holds, reads and writes both counted.</summary>
    /// <param name="threads">Threads that copy, each a share of its own.</param>
    /// <returns>The best of several runs, in GB/s.</returns>
    public static double CopyGigabytesPerSecond(int threads)
    {
        using WorkerTeam team = new(threads);
        byte* source = (byte*)NativeMemory.AlignedAlloc(CopyBytes, 64);
        byte* target = (byte*)NativeMemory.AlignedAlloc(CopyBytes, 64);
        new Span<byte>(source, CopyBytes).Fill(1);
        new Span<byte>(target, CopyBytes).Clear();
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            CopyJob job = new() { Source = source, Target = target, Parts = threads };
            long start = Stopwatch.GetTimestamp();
            team.Run(threads, ref job);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        NativeMemory.AlignedFree(source);
        NativeMemory.AlignedFree(target);
        return 2.0 * CopyBytes / best / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains<TSimd, TVector>(int steps, float seed)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector x = TSimd.Splat(seed * 0.5f);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < steps; i++)
        {
            c0 = TSimd.FusedMultiplyAdd(x, x, c0);
            c1 = TSimd.FusedMultiplyAdd(x, x, c1);
            c2 = TSimd.FusedMultiplyAdd(x, x, c2);
            c3 = TSimd.FusedMultiplyAdd(x, x, c3);
            c4 = TSimd.FusedMultiplyAdd(x, x, c4);
            c5 = TSimd.FusedMultiplyAdd(x, x, c5);
            c6 = TSimd.FusedMultiplyAdd(x, x, c6);
            c7 = TSimd.FusedMultiplyAdd(x, x, c7);
            c8 = TSimd.FusedMultiplyAdd(x, x, c8);
            c9 = TSimd.FusedMultiplyAdd(x, x, c9);
            c10 = TSimd.FusedMultiplyAdd(x, x, c10);
            c11 = TSimd.FusedMultiplyAdd(x, x, c11);
        }

        TVector sum = TSimd.Add(TSimd.Add(TSimd.Add(c0, c1), TSimd.Add(c2, c3)), TSimd.Add(TSimd.Add(c4, c5), TSimd.Add(c6, c7)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(c8, c9), TSimd.Add(c10, c11)));
        float* spill = stackalloc float[16];
        TSimd.Store(sum, spill);
        return spill[0];
    }

    private struct CopyJob : ITeamJob
    {
        public byte* Source;
        public byte* Target;
        public int Parts;

        public readonly void Invoke(int part, int worker)
        {
            long share = CopyBytes / Parts;
            Buffer.MemoryCopy(Source + (part * share), Target + (part * share), share, share);
        }
    }
}
