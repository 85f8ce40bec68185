using System.Numerics;
using System.Runtime.InteropServices;
using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Accesses;

namespace Sam.Emulator.Checks;

/// <summary>The optional checks of one block.</summary>
internal sealed unsafe partial class BlockChecker
{
    private readonly Block block;
    private readonly CheckSet checks;
    private readonly Clocks clocks;
    private readonly byte* sharedWritten;
    private readonly byte* localWritten;
    private readonly AccessRecord* sharedRecords;
    private readonly Dictionary<ulong, int[]> sharedReleases = [];
    private readonly Dictionary<int, int[]> acquired = [];
    private uint first;
    private uint number;

    public BlockChecker(Block block)
    {
        this.block = block;
        checks = block.Options.Checks;
        clocks = new Clocks(block.WarpCount);
        sharedWritten = (byte*)NativeMemory.AllocZeroed((nuint)block.SharedBytes + 16);
        localWritten = (byte*)NativeMemory.AllocZeroed((nuint)LocalTotal + 16);
        sharedRecords = (AccessRecord*)NativeMemory.AllocZeroed((nuint)(block.SharedBytes / 4) + 4, (nuint)sizeof(AccessRecord));
    }

    private long LocalTotal => (long)block.LocalBytes * Lane.Count * block.WarpCount;

    public void StartBlock()
    {
        first = block.Launch.Races?.FirstBlock ?? 0;
        number = first + (uint)block.Linear;
        clocks.Start();
        acquired.Clear();
        sharedReleases.Clear();
        NativeMemory.Clear(sharedWritten, (nuint)block.SharedBytes);
        NativeMemory.Clear(localWritten, (nuint)LocalTotal);
        NativeMemory.Clear(sharedRecords, ((nuint)(block.SharedBytes / 4) + 4) * (nuint)sizeof(AccessRecord));
    }

    public void Release()
    {
        NativeMemory.Free(sharedWritten);
        NativeMemory.Free(localWritten);
        NativeMemory.Free(sharedRecords);
    }

    /// <summary>A checked access to global memory; the addresses are known to be good.</summary>
    public void OnGlobal(Warp warp, Instruction* i, int bytes, AccessKind kind, bool isRun)
    {
        if ((checks & CheckSet.Uninitialised) != 0)
        {
            CheckGlobalWritten(warp, bytes, kind, isRun);
        }

        if ((checks & CheckSet.GlobalRaces) != 0)
        {
            CheckGlobalRaces(warp, i, bytes, kind);
        }
    }

    /// <summary>A checked access to shared memory; the addresses are offsets.</summary>
    public void OnShared(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        if ((checks & CheckSet.Uninitialised) != 0)
        {
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                CheckWritten(warp, lane, sharedWritten + warp.Addresses[lane], bytes, kind, "shared", null);
            }

            MarkWritten(warp, sharedWritten, bytes, kind);
        }

        if ((checks & CheckSet.SharedRaces) != 0)
        {
            CheckSharedRaces(warp, i, bytes, kind);
        }
    }

    /// <summary>A checked access to local memory; the addresses are offsets.</summary>
    public void OnLocal(Warp warp, int bytes, AccessKind kind)
    {
        if ((checks & CheckSet.Uninitialised) == 0)
        {
            return;
        }

        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            byte* written = localWritten + (block.LocalMemory(warp, lane) - block.Local) + warp.Addresses[lane];
            CheckWritten(warp, lane, written, bytes, kind, "local", null);
            if (kind != AccessKind.Load)
            {
                NativeMemory.Fill(written, (nuint)bytes, 1);
            }
        }
    }

    /// <summary>Lanes arrive at a block barrier.</summary>
    public void OnBarrier(Warp warp, Instruction* i, BlockBarrier barrier, int number)
    {
        // A number of threads makes it a barrier of some warps, which may then meet it where they like.
        if ((checks & CheckSet.Divergence) == 0 || i->B >= 0)
        {
            return;
        }

        if (barrier.Arrived != 0 && barrier.Site != i)
        {
            throw block.Fault(warp, DeviceFaultKind.DivergentBarrier, BitOperations.TrailingZeroCount(warp.Mask),
                $"barrier {number} is reached here, while other threads of the block wait at another one of the kernel's barriers");
        }
    }

    /// <summary>No lane of a warp can run: those that wait at a barrier must not be the ones that others wait for to reconverge.</summary>
    public void OnStuck(Warp warp, List<Fragment> fragments)
    {
        if ((checks & CheckSet.Divergence) == 0)
        {
            return;
        }

        foreach (Fragment fragment in fragments)
        {
            if (fragment.Wait != Wait.Barrier || (fragment.Frame.Function.Code + fragment.Pc - 1)->B >= 0)
            {
                continue;
            }

            for (Convergence? place = fragment.Top; place is not null; place = place.Parent)
            {
                if (place.Arrived != 0)
                {
                    throw block.Fault(warp, DeviceFaultKind.DivergentBarrier, BitOperations.TrailingZeroCount(fragment.Mask),
                        $"barrier {fragment.WaitFor} is reached by {BitOperations.PopCount(fragment.Mask)} of the "
                        + $"{BitOperations.PopCount(warp.Live)} live threads of warp {warp.Index}; "
                        + $"thread {block.ThreadAt(warp.Index, BitOperations.TrailingZeroCount(place.Arrived))} went around it", fragment);
                }
            }
        }
    }

    /// <summary>All threads of a block barrier are there.</summary>
    public void OnBarrierComplete(BlockBarrier barrier) => clocks.Meet(barrier.Warps);

    /// <summary>The lanes of a warp have met.</summary>
    public void OnWarpBarrier(Warp warp) => clocks.Tick(warp.Index);

    public void OnFence(Warp warp) => clocks.Fence(warp.Index);

    /// <summary>Lanes execute an operation that names its lanes.</summary>
    public void OnWarpOperation(Warp warp, uint members)
    {
        if ((checks & CheckSet.Shuffle) != 0 && (warp.Mask & ~members) != 0)
        {
            throw block.Fault(warp, DeviceFaultKind.InactiveLane, BitOperations.TrailingZeroCount(warp.Mask & ~members),
                $"the lane is not in the mask 0x{members:x8} of the operation that it executes");
        }
    }

    /// <summary>A lane shuffles from one that takes no part.</summary>
    public void OnInactiveLane(Warp warp, int lane, int from)
    {
        if ((checks & CheckSet.Shuffle) != 0)
        {
            throw block.Fault(warp, DeviceFaultKind.InactiveLane, lane,
                $"lane {lane} reads lane {from}, which takes no part in the shuffle");
        }
    }

    /// <summary>Lanes that an operation names will never come.</summary>
    public void OnLanesMissing(Warp warp, Fragment fragment)
    {
        if ((checks & (CheckSet.Shuffle | CheckSet.Divergence)) != 0)
        {
            throw block.Fault(warp, DeviceFaultKind.InactiveLane, BitOperations.TrailingZeroCount(fragment.Mask),
                $"the mask 0x{fragment.WaitFor:x8} names lanes that never come; 0x{fragment.Mask:x8} are there",
                    new Fragment { Frame = fragment.Frame, Pc = fragment.Pc + 1 });
        }
    }

    /// <summary>Lanes that an operation names execute another one.</summary>
    public void OnLanesElsewhere(Warp warp, Fragment other)
    {
        if ((checks & CheckSet.Shuffle) != 0)
        {
            throw block.Fault(warp, DeviceFaultKind.InactiveLane, BitOperations.TrailingZeroCount(warp.Mask),
                $"lanes 0x{other.Mask:x8} of the mask execute another operation than lanes 0x{warp.Mask:x8}");
        }
    }

    private static void MarkWritten(Warp warp, byte* written, int bytes, AccessKind kind)
    {
        if (kind == AccessKind.Load)
        {
            return;
        }

        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            NativeMemory.Fill(written + warp.Addresses[BitOperations.TrailingZeroCount(rest)], (nuint)bytes, 1);
        }
    }

    private void CheckGlobalWritten(Warp warp, int bytes, AccessKind kind, bool isRun)
    {
        AllocationInfo? allocation = block.LastAllocation;
        if (isRun && allocation is not null && warp.Addresses[0] >= allocation.Address
            && warp.Addresses[31] + (ulong)bytes <= allocation.End)
        {
            if (allocation.Shadow is null)
            {
                return;
            }

            byte* first = allocation.Shadow + (warp.Addresses[0] - allocation.Address);
            if (kind == AccessKind.Store)
            {
                NativeMemory.Fill(first, (nuint)(bytes * Lane.Count), 1);
                return;
            }

            if (new ReadOnlySpan<byte>(first, bytes * Lane.Count).IndexOf((byte)0) < 0)
            {
                return;
            }
        }

        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong address = warp.Addresses[lane];
            if (allocation is null || address < allocation.Address || address >= allocation.End)
            {
                block.Launch.Memory.TryFind(address, out allocation);
            }

            if (allocation is { Shadow: not null })
            {
                byte* written = allocation.Shadow + (address - allocation.Address);
                CheckWritten(warp, lane, written, bytes, kind, "global", allocation);
                if (kind != AccessKind.Load)
                {
                    NativeMemory.Fill(written, (nuint)bytes, 1);
                }
            }
        }
    }

    private void CheckWritten(Warp warp, int lane, byte* written, int bytes, AccessKind kind, string space, AllocationInfo? allocation)
    {
        if (kind == AccessKind.Store)
        {
            return;
        }

        int missing = new ReadOnlySpan<byte>(written, bytes).IndexOf((byte)0);
        if (missing >= 0)
        {
            ulong address = warp.Addresses[lane];
            string where = allocation is null ? "" : $", byte {address - allocation.Address + (ulong)missing} of {allocation}";
            throw block.Fault(warp, DeviceFaultKind.Uninitialised, lane,
                $"{Faults.Verb(kind)} of {bytes} bytes at {space} address 0x{address:x}{where}, which nothing has written", address, bytes,
                    allocation, 0);
        }
    }
}
