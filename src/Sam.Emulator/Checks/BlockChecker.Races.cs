using System.Numerics;
using System.Runtime.CompilerServices;
using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Accesses;

namespace Sam.Emulator.Checks;

/// <summary>The checker's part for races.</summary>
internal sealed unsafe partial class BlockChecker
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckSharedRaces(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        bool strong = kind == AccessKind.Atomic || (i->Mode & AccessModes.Strong) != 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong offset = warp.Addresses[lane];
            if (strong)
            {
                LearnShared(warp, offset / 4);
            }

            Visit(warp, i, lane, offset, bytes, kind, strong, sharedRecords + (offset / 4), block.Shared + offset, null);
            if (strong && kind != AccessKind.Load)
            {
                TeachShared(warp, offset / 4);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckGlobalRaces(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        GlobalRaces races = block.Launch.Races!;
        bool strong = kind == AccessKind.Atomic || (i->Mode & AccessModes.Strong) != 0;
        lock (races.Gate)
        {
            AllocationInfo? allocation = null;
            AccessRecord* records = null;
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                ulong address = warp.Addresses[lane];
                if (allocation is null || address < allocation.Address || address >= allocation.End)
                {
                    block.Launch.Memory.TryFind(address, out allocation);
                    records = races.Records(allocation!);
                }

                if (strong)
                {
                    Acquire(warp, races.ReleasedAt(address / 4));
                }

                Visit(warp, i, lane, address, bytes, kind, strong, records + ((address / 4) - (allocation!.Address / 4)), (byte*)address,
                    allocation);
                if (strong && kind != AccessKind.Load)
                {
                    Publish(warp, i, races.ReleasedAt(address / 4));
                }
            }
        }
    }

    /// <summary>Compares an access with what is known of its words, and notes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(
        Warp warp, Instruction* i, int lane, ulong address, int bytes, AccessKind kind, bool strong, AccessRecord* record, byte* memory,
            AllocationInfo? allocation)
    {
        int words = Math.Max(1, bytes / 4);
        int mask = bytes >= 4 ? 15 : ((1 << bytes) - 1) << (int)(address & 3);
        var mark = AccessMark.Of(number, clocks.Now(warp.Index), strong, mask, (warp.Index * Lane.Count) + lane);
        for (int k = 0; k < words; k++, record++)
        {
            AccessMark writer = record->Writer;
            if (((writer.Bits ^ mark.Bits) & AccessMark.Who) != 0 && writer.Block >= first && Conflicts(warp, writer, mark)
                && !(kind == AccessKind.Store && IsSameValue(warp, i, lane, bytes, writer, memory)))
            {
                throw Race(warp, lane, kind, writer, "a write", address, bytes, allocation);
            }

            AccessMark reader = record->Reader;
            if (kind == AccessKind.Load)
            {
                if (((reader.Bits ^ mark.Bits) & AccessMark.WhichWarp) != 0)
                {
                    record->OtherReader = reader;
                }

                record->Reader = mark;
                continue;
            }

            if (((reader.Bits ^ mark.Bits) & AccessMark.Who) != 0 && reader.Block >= first && Conflicts(warp, reader, mark))
            {
                throw Race(warp, lane, kind, reader, "a read", address, bytes, allocation);
            }

            AccessMark other = record->OtherReader;
            if (((other.Bits ^ mark.Bits) & AccessMark.Who) != 0 && other.Block >= first && Conflicts(warp, other, mark))
            {
                throw Race(warp, lane, kind, other, "a read", address, bytes, allocation);
            }

            record->Writer = mark;
        }
    }

    /// <summary>Whether nothing orders two accesses by different threads of this launch.</summary>
    private bool Conflicts(Warp warp, AccessMark earlier, AccessMark now)
    {
        if (earlier.Bits == 0 || (earlier.Bytes & now.Bytes) == 0 || (earlier.IsStrong && now.IsStrong)
            || earlier.Clock == AccessMark.MaxClock)
        {
            return false;
        }

        int other = earlier.Thread / Lane.Count;
        if (earlier.Block != now.Block)
        {
            return !acquired.TryGetValue((int)(earlier.Block - first), out int[]? known) || known[other] < earlier.Clock;
        }

        return other == warp.Index ? earlier.Clock >= clocks.Now(other) : earlier.Clock > clocks.Known(warp.Index, other);
    }

    /// <summary>Whether two writes that nothing orders write the same: then nobody can tell which came first.</summary>
    private bool IsSameValue(Warp warp, Instruction* i, int lane, int bytes, AccessMark earlier, byte* memory)
    {
        if (i->ListCount != 0 || i->B < 0 || bytes > 8)
        {
            return false;
        }

        byte* value = warp.Frame + i->B;
        var mine = new ReadOnlySpan<byte>(value + (lane * (bytes == 8 ? 8 : 4)), bytes);
        if (mine.SequenceEqual(new ReadOnlySpan<byte>(memory, bytes)))
        {
            return true;
        }

        // The other lane of this very instruction has not stored yet; its register tells.
        int other = earlier.Thread - (warp.Index * Lane.Count);
        return earlier.Block == number && other is >= 0 and < Lane.Count && (warp.Mask >> other & 1) != 0
            && warp.Addresses[other] == warp.Addresses[lane]
            && mine.SequenceEqual(new ReadOnlySpan<byte>(value + (other * (bytes == 8 ? 8 : 4)), bytes));
    }

    private DeviceFaultException Race(Warp warp, int lane, AccessKind kind, AccessMark earlier, string what, ulong address, int bytes,
        AllocationInfo? allocation)
    {
        bool shared = allocation is null;
        Dim3 thread = block.ThreadAt(earlier.Thread / Lane.Count, earlier.Thread % Lane.Count);
        Dim3 grid = block.Grid;
        long linear = earlier.Block - first;
        var other = new Dim3((int)(linear % grid.X), (int)(linear / grid.X % grid.Y), (int)(linear / ((long)grid.X * grid.Y)));
        string where = shared ? "shared" : "global";
        string who = earlier.Block == number ? $"thread {thread}" : $"block {other}, thread {thread}";
        string of = shared ? "" : $", byte {address - allocation!.Address} of {allocation}";
        return block.Fault(warp, shared ? DeviceFaultKind.SharedRace : DeviceFaultKind.GlobalRace, lane,
            $"{Faults.Verb(kind)} of {bytes} bytes at {where} address 0x{address:x}{of} and {what} by {who}, which no barrier orders",
                address, bytes, allocation, 0);
    }

    private void LearnShared(Warp warp, ulong word)
    {
        if (sharedReleases.TryGetValue(word, out int[]? released))
        {
            clocks.Learn(warp.Index, released);
        }
    }

    private void TeachShared(Warp warp, ulong word)
    {
        if (!sharedReleases.TryGetValue(word, out int[]? released))
        {
            released = new int[block.WarpCount];
            sharedReleases.Add(word, released);
        }

        ReadOnlySpan<int> mine = clocks.All(warp.Index);
        for (int w = 0; w < released.Length; w++)
        {
            released[w] = Math.Max(released[w], mine[w]);
        }

        clocks.Tick(warp.Index);
    }

    private void Acquire(Warp warp, Dictionary<int, int[]> released)
    {
        foreach ((int other, int[] news) in released)
        {
            if (other == block.Linear)
            {
                clocks.Learn(warp.Index, news);
            }
            else
            {
                GlobalRaces.Join(acquired, other, news);
            }
        }
    }

    /// <summary>Makes what the warp knew at its last fence, or knows now if the access itself releases, known to those who acquire the
    /// word.</summary>
    private void Publish(Warp warp, Instruction* i, Dictionary<int, int[]> released)
    {
        if ((i->Mode & AccessModes.Releases) != 0)
        {
            clocks.Fence(warp.Index);
        }

        GlobalRaces.Join(released, (int)block.Linear, clocks.Fenced(warp.Index));
        foreach ((int other, int[] news) in acquired)
        {
            GlobalRaces.Join(released, other, news);
        }
    }
}
