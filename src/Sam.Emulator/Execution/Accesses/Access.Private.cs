using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>The part for memory that belongs to a block, a thread or a launch.</summary>
internal static unsafe partial class Access
{
    private const int Banks = 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Shared(Warp warp, Instruction* i, int bytes, AccessKind kind, bool counted)
    {
        ulong* a = warp.Addresses;
        Block block = warp.Block;
        bool isRun = warp.Mask == uint.MaxValue && IsRun(a, bytes);
        (_, ulong high, ulong bits) = isRun ? (a[0], a[31], a[0]) : Extent(warp);
        if ((bits & (ulong)(bytes - 1)) != 0)
        {
            throw Faults.Misaligned(warp, bytes, kind, "shared");
        }

        if (high + (ulong)bytes > (ulong)block.SharedBytes || (bits >> 32) != 0)
        {
            throw Faults.OutsideWindow(warp, bytes, kind, "shared", (ulong)block.SharedBytes);
        }

        KernelCounters counters = block.Counters;
        int total = BitOperations.PopCount(warp.Mask) * bytes;
        if (kind == AccessKind.Load)
        {
            counters.SharedLoadBytes += total;
        }
        else if (kind == AccessKind.Store)
        {
            counters.SharedStoreBytes += total;
        }

        if (!isRun && counted)
        {
            counters.SharedBankConflicts += CountConflicts(warp, bytes);
        }

        block.Checker?.OnShared(warp, i, bytes, kind);
        ulong start = (ulong)block.Shared;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            a[BitOperations.TrailingZeroCount(rest)] += start;
        }

        return isRun;
    }

    /// <summary>Extra passes over the banks: accesses of 8 bytes go by half warps, of 16 by quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountConflicts(Warp warp, int bytes)
    {
        int words = Math.Max(1, bytes / 4);
        int group = Lane.Count / words;
        long extra = 0;
        uint* seen = stackalloc uint[Lane.Count];
        int* passes = stackalloc int[Banks];
        for (int first = 0; first < Lane.Count; first += group)
        {
            uint mask = warp.Mask >> first & (group == 32 ? uint.MaxValue : (1u << group) - 1);
            if (mask == 0)
            {
                continue;
            }

            if (IsConflictFree(warp, first, mask, words, passes))
            {
                continue;
            }

            new Span<int>(passes, Banks).Clear();
            int count = 0;
            int most = 0;
            for (; mask != 0; mask &= mask - 1)
            {
                uint word = (uint)(warp.Addresses[first + BitOperations.TrailingZeroCount(mask)] >> 2);
                for (int k = 0; k < words; k++, word++)
                {
                    if (new ReadOnlySpan<uint>(seen, count).IndexOf(word) < 0)
                    {
                        seen[count++] = word;
                        most = Math.Max(most, ++passes[word % Banks]);
                    }
                }
            }

            extra += most - 1;
        }

        return extra;
    }

    /// <summary>Whether no bank is asked for two different words; the common case, told apart quickly.</summary>
    private static bool IsConflictFree(Warp warp, int first, uint mask, int words, int* wordOf)
    {
        uint used = 0;
        for (; mask != 0; mask &= mask - 1)
        {
            int word = (int)(warp.Addresses[first + BitOperations.TrailingZeroCount(mask)] >> 2);
            for (int k = 0; k < words; k++, word++)
            {
                int bank = word & (Banks - 1);
                if ((used >> bank & 1) == 0)
                {
                    used |= 1u << bank;
                    wordOf[bank] = word;
                }
                else if (wordOf[bank] != word)
                {
                    return false;
                }
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Local(Warp warp, int bytes, AccessKind kind)
    {
        (_, ulong high, ulong bits) = Extent(warp);
        Block block = warp.Block;
        if ((bits & (ulong)(bytes - 1)) != 0)
        {
            throw Faults.Misaligned(warp, bytes, kind, "local");
        }

        if ((bits >> 32) != 0 || high + (ulong)bytes > (ulong)block.LocalBytes)
        {
            throw Faults.OutsideWindow(warp, bytes, kind, "local", (ulong)block.LocalBytes);
        }

        block.Counters.LocalBytes += BitOperations.PopCount(warp.Mask) * bytes;
        block.Checker?.OnLocal(warp, bytes, kind);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            warp.Addresses[lane] += (ulong)block.LocalMemory(warp, lane);
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Parameter(Warp warp, int bytes, AccessKind kind)
    {
        (_, ulong high, ulong bits) = Extent(warp);
        Launch launch = warp.Block.Launch;
        if ((bits & (ulong)(bytes - 1)) != 0)
        {
            throw Faults.Misaligned(warp, bytes, kind, "parameter");
        }

        if ((bits >> 32) != 0 || high + (ulong)bytes > (ulong)launch.ParameterBytes || kind != AccessKind.Load)
        {
            throw Faults.OutsideWindow(warp, bytes, kind, "parameter", (ulong)launch.ParameterBytes);
        }

        warp.Block.Counters.ConstantLoadBytes += BitOperations.PopCount(warp.Mask) * bytes;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            warp.Addresses[BitOperations.TrailingZeroCount(rest)] += (ulong)launch.Parameters;
        }

        return false;
    }
}
