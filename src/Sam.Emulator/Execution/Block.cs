using System.Runtime.InteropServices;
using Sam.Emulator.Checks;

namespace Sam.Emulator.Execution;

/// <summary>What became of a turn of a block.</summary>
internal enum BlockState
{
    /// <summary>All its threads have ended.</summary>
    Finished,

    /// <summary>It waits for something that other blocks do.</summary>
    Polling,
}

/// <summary>A block that runs, or a place where blocks of a launch run one after the other.</summary>
internal sealed unsafe partial class Block
{
    private readonly BlockBarrier[] barriers = new BlockBarrier[16];
    private readonly Warp[] warps;
    private readonly int[] order;

    public Block(Launch launch, KernelCounters counters)
    {
        Launch = launch;
        Counters = counters;
        WarpCount = (int)((Shape.Count + Lane.Count - 1) / Lane.Count);
        SharedBytes = launch.SharedBytes;
        Shared = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, SharedBytes), 256);
        LocalBytes = launch.LocalBytes;
        Local = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, (long)LocalBytes * Lane.Count * WarpCount), 256);
        for (int k = 0; k < barriers.Length; k++)
        {
            barriers[k] = new BlockBarrier();
        }

        warps = new Warp[WarpCount];
        order = new int[WarpCount];
        for (int k = 0; k < WarpCount; k++)
        {
            warps[k] = new Warp(this, k);
        }

        Checker = launch.Options.Checks == CheckSet.None ? null : new BlockChecker(this);
    }

    public Launch Launch { get; }

    public KernelImage Image => Launch.Image;

    public ExecutionOptions Options => Launch.Options;

    public Dim3 Shape => Launch.Shape;

    public Dim3 Grid => Launch.Grid;

    public long GridNumber => Launch.Number;

    public int DynamicSharedBytes => Launch.DynamicSharedBytes;

    public KernelCounters Counters { get; }

    public Schedule Schedule { get; } = new();

    public BlockChecker? Checker { get; }

    public int WarpCount { get; }

    public IReadOnlyList<Warp> Warps => warps;

    /// <summary>The number of the block in the grid.</summary>
    public long Linear { get; private set; }

    /// <summary>The index of the block in the grid.</summary>
    public Dim3 Id { get; private set; }

    /// <summary>A number that differs for each block that ever runs here.</summary>
    public long Epoch { get; private set; }

    public int SharedBytes { get; }

    public byte* Shared { get; }

    /// <summary>Bytes of local memory of each thread.</summary>
    public int LocalBytes { get; }

    public byte* Local { get; }

    /// <summary>The threads that have not ended.</summary>
    public int LiveThreads { get; private set; }

    /// <summary>The allocation that the last access hit.</summary>
    public AllocationInfo? LastAllocation;

    /// <summary>Starts a block of the grid here.</summary>
    public void Start(long linear)
    {
        Linear = linear;
        Id = new Dim3((int)(linear % Grid.X), (int)(linear / Grid.X % Grid.Y), (int)(linear / ((long)Grid.X * Grid.Y)));
        Epoch = Launch.NextEpoch();
        Schedule.Start(Options.Order, Options.OrderSeed + ((ulong)linear * 0x9E3779B97F4A7C15));
        LiveThreads = (int)Shape.Count;
        foreach (BlockBarrier barrier in barriers)
        {
            barrier.Clear();
        }

        for (int k = 0; k < WarpCount; k++)
        {
            int threads = Math.Min(Lane.Count, (int)Shape.Count - (k * Lane.Count));
            warps[k].Start(threads == Lane.Count ? uint.MaxValue : (1u << threads) - 1);
            order[k] = (int)Schedule.Place(Options.Order, Options.OrderSeed + (ulong)linear, k, WarpCount);
        }

        NativeMemory.Fill(Shared, (nuint)SharedBytes, 0xCD);
        Checker?.StartBlock();
        Counters.Blocks++;
    }

    /// <summary>Runs the block until it ends, or until all that is left of it polls memory.</summary>
    public BlockState Run()
    {
        while (true)
        {
            bool anyReady = false;
            bool anyProgress = false;
            foreach (int k in order)
            {
                Warp warp = warps[k];
                if (warp.Live == 0)
                {
                    continue;
                }

                Launch.CheckTime(this);
                WarpState state = warp.Run(Schedule.NextTurn());
                anyReady |= state == WarpState.Ready;
                anyProgress |= state == WarpState.Finished || (state == WarpState.Ready && !warp.IsPolling);
            }

            if (LiveThreads == 0)
            {
                return BlockState.Finished;
            }

            if (anyReady && !anyProgress)
            {
                return BlockState.Polling;
            }

            if (!anyReady && !anyProgress && !AnyRunnable())
            {
                ResolveDeadlock();
            }
        }
    }

    public void Release()
    {
        foreach (Warp warp in warps)
        {
            warp.Release();
        }

        NativeMemory.AlignedFree(Shared);
        NativeMemory.AlignedFree(Local);
        Checker?.Release();
    }

    /// <summary>The local memory of a lane.</summary>
    public byte* LocalMemory(Warp warp, int lane) => Local + ((((long)warp.Index * Lane.Count) + lane) * LocalBytes);

    private bool AnyRunnable()
    {
        foreach (Warp warp in warps)
        {
            if (warp.CanRun)
            {
                return true;
            }
        }

        return false;
    }

    private void ResolveDeadlock()
    {
        foreach (Warp warp in warps)
        {
            if (warp.Live != 0 && warp.ForceWarpOperations())
            {
                return;
            }
        }

        foreach (Warp warp in warps)
        {
            if (warp.Live != 0 && warp.WaitsAtBarrier(out Fragment? fragment))
            {
                BlockBarrier barrier = barriers[fragment!.WaitFor];
                int expected = barrier.Expected == 0 ? LiveThreads : barrier.Expected;
                throw Fault(warp, DeviceFaultKind.Deadlock, System.Numerics.BitOperations.TrailingZeroCount(fragment.Mask),
                    $"barrier {fragment.WaitFor} waits for {expected} threads, {barrier.Arrived} are there and no other can come",
                        fragment);
            }
        }

        throw Fault(warps[0], DeviceFaultKind.Deadlock, 0, "no thread of the block can go on");
    }
}
