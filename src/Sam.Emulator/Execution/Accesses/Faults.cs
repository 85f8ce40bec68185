using System.Numerics;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>The findings about accesses.</summary>
internal static unsafe class Faults
{
    /// <summary>An access that is not aligned to its size.</summary>
    public static DeviceFaultException Misaligned(Warp warp, int bytes, AccessKind kind, string space)
    {
        int lane = BitOperations.TrailingZeroCount(warp.Mask);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int candidate = BitOperations.TrailingZeroCount(rest);
            if ((warp.Addresses[candidate] & (ulong)(bytes - 1)) != 0)
            {
                lane = candidate;
                break;
            }
        }

        ulong address = warp.Addresses[lane];
        return warp.Block.Fault(warp, DeviceFaultKind.Misaligned, lane,
            $"{Verb(kind)} of {bytes} bytes at {space} address 0x{address:x}, which is no multiple of {bytes}", address, bytes, null, 0);
    }

    /// <summary>A global access that no live allocation holds.</summary>
    public static DeviceFaultException OutOfBounds(Warp warp, int lane, int bytes, AccessKind kind)
    {
        GlobalMemory memory = warp.Block.Launch.Memory;
        ulong address = warp.Addresses[lane];
        string what = $"{Verb(kind)} of {bytes} bytes at global address 0x{address:x}";
        if (!memory.TryFind(address, out AllocationInfo? info) && memory.FindFreed(address) is AllocationInfo gone)
        {
            return warp.Block.Fault(warp, DeviceFaultKind.UseAfterFree, lane,
                $"{what}, {address - gone.Address} bytes into {gone}, which was freed", address, bytes, gone, 0);
        }

        info ??= memory.FindNearest(address);
        if (info is null)
        {
            return warp.Block.Fault(warp, DeviceFaultKind.OutOfBounds, lane, $"{what}; there is no allocation", address, bytes, null, 0);
        }

        if (address < info.Address)
        {
            long before = (long)(info.Address - address);
            return warp.Block.Fault(warp, DeviceFaultKind.OutOfBounds, lane,
                $"{what}, which starts {before} bytes before {info}", address, bytes, info, -before);
        }

        long beyond = (long)(address + (ulong)bytes - info.End);
        return warp.Block.Fault(warp, DeviceFaultKind.OutOfBounds, lane,
            $"{what}, which reaches {beyond} bytes beyond the end of {info}", address, bytes, info, beyond);
    }

    /// <summary>An access outside the shared, local or parameter bytes.</summary>
    public static DeviceFaultException OutsideWindow(Warp warp, int bytes, AccessKind kind, string space, ulong size)
    {
        int lane = BitOperations.TrailingZeroCount(warp.Mask);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int candidate = BitOperations.TrailingZeroCount(rest);
            if (warp.Addresses[candidate] >= size || warp.Addresses[candidate] + (ulong)bytes > size)
            {
                lane = candidate;
                break;
            }
        }

        ulong address = warp.Addresses[lane];
        long beyond = (long)(address + (ulong)bytes - size);
        return warp.Block.Fault(warp, DeviceFaultKind.OutOfBounds, lane,
            $"{Verb(kind)} of {bytes} bytes at {space} address 0x{address:x}, "
            + $"which reaches {beyond} bytes beyond the {size} bytes that there are",
            address, bytes, null, beyond);
    }

    /// <summary>What an access is called.</summary>
    public static string Verb(AccessKind kind) => kind switch
    {
        AccessKind.Load => "load",
        AccessKind.Store => "store",
        _ => "atomic operation",
    };
}
