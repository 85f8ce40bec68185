using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult MemoryGetInfo(nuint* free, nuint* total)
    {
        using DriverCall call = DriverCall.InContext("cuMemGetInfo_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        if (free is null || total is null) return call.Invalid("A result's address is null.");
        *total = (nuint)call.Context.Device.TotalBytes;
        *free = (nuint)Math.Max(0, call.Context.Device.TotalBytes - call.Context.Device.UsedBytes);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryAllocate(nint* address, nuint byteCount)
    {
        using DriverCall call = DriverCall.InContext("cuMemAlloc_v2");
        return Allocate(call, address, byteCount, AllocationKind.Device);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryAllocateManaged(nint* address, nuint byteCount, uint flags)
    {
        using DriverCall call = DriverCall.InContext("cuMemAllocManaged");
        bool known = flags is 1 or 2;
        if (call.Result == CudaResult.Success && !known) return call.Invalid($"Flags {flags}; 1 (global) or 2 (host) are possible.");
        return Allocate(call, address, byteCount, AllocationKind.Managed);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryFree(nint address)
    {
        using DriverCall call = DriverCall.InContext("cuMemFree_v2");
        EmulatedAllocation? found = call.Context?.Device.Allocations.GetValueOrDefault(address);
        if (found is { IsOnDevice: false }) found = null;
        if (call.Result != CudaResult.Success)
        {
            // A lost context answers its error, but what it is told to free is not a leak.
            if (found is not null && call.Context!.Loss != CudaResult.Success) call.Context.Release(found);
            return call.Result;
        }

        if (address == 0) return CudaResult.Success;
        if (call.IsForbiddenByCapture()) return call.Result;
        if (found is null) return call.Invalid(NotAnAllocation(call.Context!, address));
        call.Context!.RunAll();
        if (call.WaitForHang()) return call.Result;
        call.Context.Release(found);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryGetAddressRange(nint* start, nuint* byteCount, nint address)
    {
        using DriverCall call = DriverCall.InContext("cuMemGetAddressRange_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        if (!call.Context.Device.Memory.TryFind((ulong)address, out AllocationInfo? info))
        {
            return call.Refuse(CudaResult.NotFound, $"0x{address:x} is in no allocation of the device.");
        }

        if (start is not null) *start = (nint)info.Address;
        if (byteCount is not null) *byteCount = (nuint)info.ByteCount;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryAllocateHost(void** address, nuint byteCount, CudaHostAllocFlags flags)
    {
        using DriverCall call = DriverCall.InContext("cuMemHostAlloc");
        if (call.Result != CudaResult.Success || call.IsForbiddenByCapture()) return call.Result;
        if (address is null || byteCount == 0) return call.Invalid("The result's address is null, or 0 bytes were asked for.");
        if ((uint)flags > 7) return call.Invalid($"Flags {(uint)flags}; 0 to 7 are possible.");
        nint place = call.Context.AllocateHost(byteCount);
        if (place == 0) return call.Refuse(CudaResult.OutOfMemory, $"The host has no {byteCount} bytes.");
        *address = (void*)place;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryFreeHost(void* address)
    {
        using DriverCall call = DriverCall.InContext("cuMemFreeHost");
        return EndHost(call, address, AllocationKind.Pinned);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryHostRegister(void* address, nuint byteCount, CudaHostAllocFlags flags)
    {
        using DriverCall call = DriverCall.InContext("cuMemHostRegister_v2");
        if (call.Result != CudaResult.Success || call.IsForbiddenByCapture()) return call.Result;
        if (address is null || byteCount == 0) return call.Invalid("The address is null, or the range is empty.");
        if ((uint)flags > 15) return call.Invalid($"Flags {(uint)flags}; 0 to 15 are possible.");
        return call.Context.RegisterHost((nint)address, byteCount)
            ? CudaResult.Success
            : call.Refuse(
                CudaResult.HostMemoryAlreadyRegistered, $"Some of the {byteCount} bytes at 0x{(nint)address:x} are known already.");
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryHostUnregister(void* address)
    {
        using DriverCall call = DriverCall.InContext("cuMemHostUnregister");
        return EndHost(call, address, AllocationKind.Registered);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryHostGetDevicePointer(nint* deviceAddress, void* address, uint flags)
    {
        using DriverCall call = DriverCall.InContext("cuMemHostGetDevicePointer_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        if (deviceAddress is null || flags != 0) return call.Invalid("The result's address is null, or the flags are not 0.");
        if (call.Context.AllocationAt((nint)address) is not { Kind: AllocationKind.Pinned or AllocationKind.Registered })
        {
            return call.Invalid($"0x{(nint)address:x} is in no pinned memory.");
        }

        *deviceAddress = (nint)address;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult PointerGetAttribute(void* value, CudaPointerAttribute attribute, nint address)
    {
        using DriverCall call = DriverCall.InContext("cuPointerGetAttribute");
        if (call.Result != CudaResult.Success) return call.Result;
        if (value is null) return call.Invalid("The result's address is null.");
        if (call.Context.AllocationAt(address) is not { } found) return call.Invalid(NotAnAllocation(call.Context, address));
        switch (attribute)
        {
            case CudaPointerAttribute.Context:
                *(CudaContext*)value = new CudaContext(found.Context.Handle);
                return CudaResult.Success;
            case CudaPointerAttribute.MemoryType:
                *(uint*)value = (uint)(found.IsOnDevice ? CudaMemoryType.Device : CudaMemoryType.Host);
                return CudaResult.Success;
            case CudaPointerAttribute.DevicePointer:
                *(nint*)value = address;
                return CudaResult.Success;
            case CudaPointerAttribute.HostPointer when !found.IsOnDevice || found.Kind == AllocationKind.Managed:
                *(nint*)value = address;
                return CudaResult.Success;
            case CudaPointerAttribute.IsManaged:
                *(uint*)value = found.Kind == AllocationKind.Managed ? 1u : 0u;
                return CudaResult.Success;
            case CudaPointerAttribute.DeviceOrdinal:
                *(int*)value = found.Context.Device.Ordinal;
                return CudaResult.Success;
            case CudaPointerAttribute.RangeStart:
                *(nint*)value = found.Address;
                return CudaResult.Success;
            case CudaPointerAttribute.RangeSize:
                *(nuint*)value = (nuint)found.ByteCount;
                return CudaResult.Success;
            case CudaPointerAttribute.Mapped:
                *(uint*)value = 1;
                return CudaResult.Success;
            default:
                return call.Invalid($"Attribute {(int)attribute} does not exist for this memory.");
        }
    }

    private static CudaResult Allocate(DriverCall call, nint* address, nuint byteCount, AllocationKind kind)
    {
        if (call.Result != CudaResult.Success || call.IsForbiddenByCapture()) return call.Result;
        if (address is null || byteCount == 0) return call.Invalid("The result's address is null, or 0 bytes were asked for.");
        nint place = call.Context.Allocate(byteCount, kind, out string reason);
        if (place == 0) return call.Refuse(CudaResult.OutOfMemory, reason);
        *address = place;
        return CudaResult.Success;
    }

    private static CudaResult EndHost(DriverCall call, void* address, AllocationKind kind)
    {
        EmulatedAllocation? found = call.Context?.Device.Allocations.GetValueOrDefault((nint)address);
        if (found?.Kind != kind) found = null;
        if (call.Result != CudaResult.Success)
        {
            if (found is not null && call.Context!.Loss != CudaResult.Success) call.Context.Release(found);
            return call.Result;
        }

        if (call.IsForbiddenByCapture()) return call.Result;
        if (found is null)
        {
            return kind == AllocationKind.Registered
                ? call.Refuse(CudaResult.HostMemoryNotRegistered, $"No registration starts at 0x{(nint)address:x}.")
                : call.Invalid($"No pinned allocation starts at 0x{(nint)address:x}.");
        }

        call.Context!.RunAll();
        if (call.WaitForHang()) return call.Result;
        call.Context.Release(found);
        return CudaResult.Success;
    }

    private static string NotAnAllocation(EmulatedContext context, nint address) =>
        context.IsReachable(address, 1, out string reason)
            ? $"0x{address:x} is inside an allocation, not its start, or the allocation was made by another call."
            : reason;
}
