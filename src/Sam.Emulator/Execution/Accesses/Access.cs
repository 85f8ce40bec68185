using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>Turns the addresses of a warp's access into places in host memory, after checking and counting them.</summary>
internal static unsafe partial class Access
{
    /// <summary>Finds the host place of each active lane's access and leaves it in <see cref="Warp.Addresses"/>.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="i">The instruction: A is the address register or -1, the immediate is added.</param>
    /// <param name="bytes">The bytes of each lane's access.</param>
    /// <param name="kind">What the access does.</param>
    /// <returns>Whether all 32 lanes are active and touch one run of bytes in order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Resolve(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        Compute(warp, i);
        return (PtxSpace)(i->Mode & AccessModes.SpaceMask) switch
        {
            PtxSpace.Global => Global(warp, i, bytes, kind),
            PtxSpace.Shared => Shared(warp, i, bytes, kind, true),
            PtxSpace.Const => Constant(warp, i, bytes, kind),
            PtxSpace.Local => Local(warp, bytes, kind),
            PtxSpace.Param => Parameter(warp, bytes, kind),
            _ => Generic(warp, i, bytes, kind),
        };
    }

    /// <summary>Computes the address of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute(Warp warp, Instruction* i)
    {
        ulong* a = warp.Addresses;
        Vector512<ulong> offset = Vector512.Create((ulong)i->Immediate);
        if (i->A < 0)
        {
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                offset.Store(a + lane);
            }
        }
        else if ((i->Mode & AccessModes.Narrow) != 0)
        {
            uint* narrow = (uint*)(warp.Frame + i->A);
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                (Vector512.WidenLower(Vector256.Load(narrow + lane).ToVector512Unsafe()) + offset).Store(a + lane);
            }
        }
        else
        {
            ulong* wide = (ulong*)(warp.Frame + i->A);
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                (Vector512.Load(wide + lane) + offset).Store(a + lane);
            }
        }
    }

    /// <summary>Whether 32 addresses are one run of a given step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsRun(ulong* a, int step)
    {
        Vector512<ulong> eight = Vector512.Create(8ul * (ulong)step);
        Vector512<ulong> expected = Vector512.Create(a[0]) + (Vector512.Create(0ul, 1, 2, 3, 4, 5, 6, 7) * Vector512.Create((ulong)step));
        Vector512<ulong> different = Vector512<ulong>.Zero;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            different |= Vector512.Load(a + lane) ^ expected;
            expected += eight;
        }

        return different == Vector512<ulong>.Zero;
    }

    /// <summary>The smallest and largest active address, and all their bits together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (ulong Low, ulong High, ulong Bits) Extent(Warp warp)
    {
        ulong* a = warp.Addresses;
        uint mask = warp.Mask;
        Vector512<ulong> low = Vector512.Create(ulong.MaxValue);
        Vector512<ulong> high = Vector512<ulong>.Zero;
        Vector512<ulong> bits = Vector512<ulong>.Zero;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Vector512<ulong> active = Lane.Expand64(mask >> lane);
            Vector512<ulong> address = Vector512.Load(a + lane) & active;
            low = Vector512.Min(low, address | ~active);
            high = Vector512.Max(high, address);
            bits |= address;
        }

        ulong* last = stackalloc ulong[24];
        low.Store(last);
        high.Store(last + 8);
        bits.Store(last + 16);
        for (int k = 1; k < 8; k++)
        {
            last[0] = Math.Min(last[0], last[k]);
            last[8] = Math.Max(last[8], last[8 + k]);
            last[16] |= last[16 + k];
        }

        return (last[0], last[8], last[16]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Generic(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        ulong* a = warp.Addresses;
        uint mask = warp.Mask;
        uint shared = 0;
        uint local = 0;
        uint param = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            switch (a[lane] & Windows.Mask)
            {
                case Windows.Shared:
                    shared |= 1u << lane;
                    a[lane] -= Windows.Shared;
                    break;
                case Windows.Local:
                    local |= 1u << lane;
                    a[lane] -= Windows.Local;
                    break;
                case Windows.Param:
                    param |= 1u << lane;
                    a[lane] -= Windows.Param;
                    break;
            }
        }

        uint global = mask & ~(shared | local | param);
        if (global == mask)
        {
            return Global(warp, i, bytes, kind);
        }

        if (shared == mask)
        {
            return Shared(warp, i, bytes, kind, true);
        }

        if (global != 0)
        {
            warp.Mask = global;
            Global(warp, i, bytes, kind);
        }

        if (shared != 0)
        {
            warp.Mask = shared;
            Shared(warp, i, bytes, kind, true);
        }

        if (local != 0)
        {
            warp.Mask = local;
            Local(warp, bytes, kind);
        }

        if (param != 0)
        {
            warp.Mask = param;
            Parameter(warp, bytes, kind);
        }

        warp.Mask = mask;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Global(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        bool isRun = warp.Mask == uint.MaxValue && IsRun(warp.Addresses, bytes);
        (ulong low, ulong high) = CheckGlobal(warp, bytes, kind, isRun);
        KernelCounters counters = warp.Block.Counters;
        int lanes = BitOperations.PopCount(warp.Mask);
        long sectors = isRun ? (long)(((high + (ulong)bytes - 1) >> 5) - (low >> 5) + 1) : CountSectors(warp, bytes);
        switch (kind)
        {
            case AccessKind.Load:
                counters.GlobalLoads++;
                counters.GlobalLoadBytes += lanes * bytes;
                counters.GlobalLoadSectors += sectors;
                break;
            case AccessKind.Store:
                counters.GlobalStores++;
                counters.GlobalStoreBytes += lanes * bytes;
                counters.GlobalStoreSectors += sectors;
                break;
        }

        warp.Block.Checker?.OnGlobal(warp, i, bytes, kind, isRun);
        return isRun;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Constant(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
        CheckGlobal(warp, bytes, kind, false);
        warp.Block.Counters.ConstantLoadBytes += BitOperations.PopCount(warp.Mask) * bytes;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (ulong Low, ulong High) CheckGlobal(Warp warp, int bytes, AccessKind kind, bool isRun)
    {
        ulong* a = warp.Addresses;
        (ulong low, ulong high, ulong bits) = isRun ? (a[0], a[31], a[0]) : Extent(warp);
        if ((bits & (ulong)(bytes - 1)) != 0)
        {
            throw Faults.Misaligned(warp, bytes, kind, "global");
        }

        Block block = warp.Block;
        AllocationInfo? last = block.LastAllocation;
        if (last is null || low < last.Address || high + (ulong)bytes > last.End || last.IsFreed)
        {
            FindEach(warp, bytes, kind);
        }

        return (low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindEach(Warp warp, int bytes, AccessKind kind)
    {
        Block block = warp.Block;
        AllocationInfo? last = block.LastAllocation;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong address = warp.Addresses[lane];
            if (last is null || address < last.Address || address + (ulong)bytes > last.End || last.IsFreed)
            {
                if (!block.Launch.Memory.TryFind(address, out last) || address + (ulong)bytes > last.End)
                {
                    throw Faults.OutOfBounds(warp, lane, bytes, kind);
                }
            }
        }

        block.LastAllocation = last;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountSectors(Warp warp, int bytes)
    {
        ulong* seen = stackalloc ulong[Lane.Count * 2];
        int count = 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            // An aligned access of at most 32 bytes lies in one sector.
            ulong sector = warp.Addresses[BitOperations.TrailingZeroCount(rest)] >> 5;
            if (count != 0 && seen[count - 1] == sector)
            {
                continue;
            }

            if (new ReadOnlySpan<ulong>(seen, count).IndexOf(sector) < 0)
            {
                seen[count++] = sector;
            }
        }

        return count;
    }
}
