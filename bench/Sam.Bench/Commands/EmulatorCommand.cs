using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sam.Emulator;

namespace Sam.Bench.Commands;

/// <summary>Speed of the CUDA device in software on one thread: a SAM perturbation of a million elements and launches of an empty kernel, one JSON line each.</summary>
internal static class EmulatorCommand
{
    public const string Usage = "emulator";

    private const int Count = 1 << 20;
    private const int Repetitions = 11;
    private const int Launches = 1000;

    private static ReadOnlySpan<byte> Text => """
        .version 7.8
        .target sm_80
        .address_size 64

        // saved[i] = w[i]; w[i] += scale * g[i]
        .visible .entry sam_perturb(.param .u64 w, .param .u64 g, .param .u64 saved, .param .f32 scale, .param .u32 n)
        {
            .reg .pred %p<2>;
            .reg .f32 %f<5>;
            .reg .b32 %r<6>;
            .reg .b64 %rd<8>;
            ld.param.u64 %rd1, [w];
            ld.param.u64 %rd2, [g];
            ld.param.u64 %rd3, [saved];
            ld.param.f32 %f1, [scale];
            ld.param.u32 %r1, [n];
            mov.u32 %r2, %ctaid.x;
            mov.u32 %r3, %ntid.x;
            mov.u32 %r4, %tid.x;
            mad.lo.s32 %r5, %r2, %r3, %r4;
            setp.ge.s32 %p1, %r5, %r1;
            @%p1 bra $END;
            cvta.to.global.u64 %rd1, %rd1;
            cvta.to.global.u64 %rd2, %rd2;
            cvta.to.global.u64 %rd3, %rd3;
            mul.wide.s32 %rd4, %r5, 4;
            add.s64 %rd5, %rd1, %rd4;
            add.s64 %rd6, %rd2, %rd4;
            add.s64 %rd7, %rd3, %rd4;
            ld.global.f32 %f2, [%rd5];
            ld.global.f32 %f3, [%rd6];
            st.global.f32 [%rd7], %f2;
            fma.rn.f32 %f4, %f1, %f3, %f2;
            st.global.f32 [%rd5], %f4;
        $END:
            ret;
        }

        .visible .entry empty()
        {
            ret;
        }
        """u8;

    public static int Run(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            Console.Error.WriteLine($"'{arguments[0]}' is not understood; usage: {Usage}.");
            return 2;
        }

        Perturb(CheckSet.None);
        Perturb(CheckSet.All);
        Empty();
        return 0;
    }

    private static void Perturb(CheckSet checks)
    {
        using GlobalMemory memory = new(trackInitialised: checks != CheckSet.None);
        using LoadedModule module = new(PtxModule.Parse(Text), memory);
        Arguments arguments = new()
        {
            Weights = Allocate(memory),
            Gradient = Allocate(memory),
            Saved = Allocate(memory),
            Scale = 0.5f,
            Count = Count,
        };
        PtxKernel kernel = module.Module.FindKernel("sam_perturb")!;
        ExecutionOptions options = new() { Checks = checks };
        double best = double.MaxValue;
        KernelCounters counters = new();
        for (int r = 0; r < Repetitions; r++)
        {
            counters = new KernelCounters();
            long start = Stopwatch.GetTimestamp();
            KernelExecutor.Launch(
                module, kernel, new Dim3(Count / 256), new Dim3(256), 0, MemoryMarshal.AsBytes(new ReadOnlySpan<Arguments>(in arguments)), memory, options, counters, null, false);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"kernel\":\"sam_perturb\",\"elements\":{Count},\"checks\":\"{(checks == CheckSet.None ? "none" : "all")}\",\"ms\":{best:F2},\"lane_instructions_per_second\":{counters.LaneInstructions / best * 1000:E3}}}"));
    }

    private static void Empty()
    {
        using GlobalMemory memory = new();
        using LoadedModule module = new(PtxModule.Parse(Text), memory);
        PtxKernel kernel = module.Module.FindKernel("empty")!;
        KernelCounters counters = new();
        double best = double.MaxValue;
        long allocated = 0;
        for (int r = 0; r < Repetitions; r++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Launches; i++)
            {
                KernelExecutor.Launch(module, kernel, new Dim3(1), new Dim3(32), 0, default, memory, ExecutionOptions.Default, counters, null, false);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Launches);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"kernel\":\"empty\",\"microseconds\":{best:F2},\"allocated_bytes\":{allocated}}}"));
    }

    private static ulong Allocate(GlobalMemory memory)
    {
        ulong address = memory.Allocate(Count * sizeof(float));
        memory.MarkInitialised(address, Count * sizeof(float));
        return address;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public ulong Weights;
        public ulong Gradient;
        public ulong Saved;
        public float Scale;
        public int Count;
    }
}
