using System.Globalization;
using System.Runtime.InteropServices;

namespace Sam.Emulator;

internal sealed unsafe partial class EmulatedContext
{
    // No address space is larger; what is above would not fit the signed lengths inside.
    private const ulong MostHostBytes = 1UL << 47;

    /// <summary>Allocates device memory.</summary>
    /// <param name="byteCount">How much; at least 1.</param>
    /// <param name="kind">Device, pool or managed.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>The address; 0 where there is no room.</returns>
    internal nint Allocate(nuint byteCount, AllocationKind kind, out string reason)
    {
        reason = "";
        long free = Device.TotalBytes - Device.UsedBytes;
        if (byteCount > (nuint)Math.Max(0, free))
        {
            reason = string.Create(
                CultureInfo.InvariantCulture,
                $"{byteCount} bytes were asked for; {Device.UsedBytes} of {Device.TotalBytes} are in use and {free} are free.");
            return 0;
        }

        nint address;
        try
        {
            if (kind == AllocationKind.Managed)
            {
                address = (nint)NativeMemory.AlignedAlloc(byteCount, GlobalMemory.GuardBytes);
                Device.Memory.Register((ulong)address, (long)byteCount, "managed memory");
            }
            else
            {
                address = (nint)Device.Memory.Allocate((long)byteCount);
            }
        }
        catch (OutOfMemoryException)
        {
            reason = $"The host has no {byteCount} bytes to stand for device memory.";
            return 0;
        }

        Device.Allocations.Add(address, new EmulatedAllocation(address, (long)byteCount, kind, this, ++_allocations));
        Device.UsedBytes += (long)byteCount;
        Instance.Ledger.Allocations++;
        Instance.Ledger.AllocatedBytes += (long)byteCount;
        if (kind == AllocationKind.Pool) Device.Pool.Count((long)byteCount);
        return address;
    }

    /// <summary>Allocates pinned host memory, which kernels reach too.</summary>
    /// <param name="byteCount">How much; at least 1.</param>
    /// <returns>The address; 0 where the host has none.</returns>
    internal nint AllocateHost(nuint byteCount)
    {
        if (byteCount > MostHostBytes) return 0;
        try
        {
            nint address = (nint)NativeMemory.AlignedAlloc(byteCount, 4096);
            Device.Memory.Register((ulong)address, (long)byteCount, "pinned host memory");
            Device.Allocations.Add(address, new EmulatedAllocation(address, (long)byteCount, AllocationKind.Pinned, this, ++_allocations));
            Instance.Ledger.HostAllocations++;
            return address;
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    /// <summary>Pins memory that the host has.</summary>
    /// <param name="address">Its first address.</param>
    /// <param name="byteCount">Its length.</param>
    /// <returns>Whether none of it was pinned before.</returns>
    internal bool RegisterHost(nint address, nuint byteCount)
    {
        if (byteCount > MostHostBytes) return false;
        try
        {
            Device.Memory.Register((ulong)address, (long)byteCount, "registered host memory");
        }
        catch (ArgumentException)
        {
            return false;
        }

        Device.Allocations.Add(address, new EmulatedAllocation(address, (long)byteCount, AllocationKind.Registered, this, ++_allocations));
        Instance.Ledger.HostAllocations++;
        return true;
    }

    /// <summary>Gives an allocation back.</summary>
    /// <param name="allocation">One of the device's.</param>
    internal void Release(EmulatedAllocation allocation)
    {
        Device.Allocations.Remove(allocation.Address);
        Device.Memory.Free((ulong)allocation.Address);
        if (allocation.IsOnDevice)
        {
            Device.UsedBytes -= allocation.ByteCount;
            Instance.Ledger.Frees++;
        }

        if (allocation.Kind == AllocationKind.Pool) Device.Pool.Count(-allocation.ByteCount);
        allocation.FreeHost();
    }

    /// <summary>Whether a range lies inside one live allocation.</summary>
    /// <param name="address">Its first address.</param>
    /// <param name="byteCount">Its length.</param>
    /// <param name="reason">Why not.</param>
    /// <returns>True where it does.</returns>
    internal bool IsReachable(nint address, nuint byteCount, out string reason)
    {
        reason = "";
        if (Device.Memory.TryFind((ulong)address, out AllocationInfo? info))
        {
            if ((ulong)byteCount <= info.End - (ulong)address) return true;
            ulong over = (ulong)byteCount - (info.End - (ulong)address);
            reason = $"{byteCount} bytes at 0x{address:x} end {over} bytes behind {info}.";
            return false;
        }

        reason = Device.Memory.FindFreed((ulong)address) is { } freed
            ? $"0x{address:x} is in {freed}, which has been freed."
            : $"0x{address:x} is in no allocation of the device.";
        return false;
    }

    /// <summary>Whether an address is device memory: allocated, or a module's variable.</summary>
    internal bool IsOnDevice(nint address) =>
        Device.Memory.TryFind((ulong)address, out AllocationInfo? info)
        && Device.Allocations.GetValueOrDefault((nint)info.Address) is null or { IsOnDevice: true };

    /// <summary>The allocation or pinned range that an address is in; null for none.</summary>
    internal EmulatedAllocation? AllocationAt(nint address) =>
        Device.Memory.TryFind((ulong)address, out AllocationInfo? info) ? Device.Allocations.GetValueOrDefault((nint)info.Address) : null;

    /// <summary>Copies bytes; both ends have been checked.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="byteCount">How many.</param>
    /// <param name="direction">Counts it; memory is the same for the emulator.</param>
    internal void RunCopy(nint destination, nint source, nuint byteCount, CopyDirection direction)
    {
        CudaLedger ledger = Instance.Ledger;
        switch (direction)
        {
            case CopyDirection.HostToDevice:
                ledger.HostToDeviceCopies++;
                ledger.HostToDeviceBytes += (long)byteCount;
                break;
            case CopyDirection.DeviceToHost:
                ledger.DeviceToHostCopies++;
                ledger.DeviceToHostBytes += (long)byteCount;
                break;
            case CopyDirection.DeviceToDevice:
                ledger.DeviceToDeviceCopies++;
                ledger.DeviceToDeviceBytes += (long)byteCount;
                break;
            default:
                ledger.HostToHostCopies++;
                break;
        }

        Buffer.MemoryCopy((void*)source, (void*)destination, byteCount, byteCount);
        CopyInitialised(destination, source, byteCount);
    }

    /// <summary>Fills memory with a value of 1, 2 or 4 bytes; the range has been checked.</summary>
    /// <param name="address">Where.</param>
    /// <param name="value">The value, in its lowest bytes.</param>
    /// <param name="width">Bytes of the value.</param>
    /// <param name="count">How many values.</param>
    internal void RunFill(nint address, uint value, int width, nuint count)
    {
        Instance.Ledger.Fills++;
        Instance.Ledger.FillBytes += (long)count * width;
        const nuint Chunk = 1 << 28;
        for (nuint done = 0; done < count; done += Chunk)
        {
            int length = (int)nuint.Min(Chunk, count - done);
            nint start = address + (nint)(done * (nuint)width);
            switch (width)
            {
                case 1:
                    new Span<byte>((void*)start, length).Fill((byte)value);
                    break;
                case 2:
                    new Span<ushort>((void*)start, length).Fill((ushort)value);
                    break;
                default:
                    new Span<uint>((void*)start, length).Fill(value);
                    break;
            }
        }

        Device.Memory.MarkInitialised((ulong)address, (long)count * width);
    }

    // What was never written stays never written after a copy; everything from the host counts as written.
    private void CopyInitialised(nint destination, nint source, nuint byteCount)
    {
        GlobalMemory memory = Device.Memory;
        if (!memory.TryFind((ulong)destination, out AllocationInfo? to) || to.Shadow is null) return;
        if (memory.TryFind((ulong)source, out AllocationInfo? from) && from.Shadow is not null)
        {
            byte* written = from.Shadow + (source - (nint)from.Address);
            Buffer.MemoryCopy(written, to.Shadow + (destination - (nint)to.Address), byteCount, byteCount);
        }
        else
        {
            memory.MarkInitialised((ulong)destination, (long)byteCount);
        }
    }
}
