using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult MemoryAllocateAsync(nint* address, nuint byteCount, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemAllocAsync");
        return AllocateInStream(call, address, byteCount, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryAllocateFromPoolAsync(nint* address, nuint byteCount, CudaMemoryPool pool, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemAllocFromPoolAsync");
        if (call.Result != CudaResult.Success) return call.Result;
        if (HandleTable.Find<EmulatedPool>(pool.Value)?.Device != call.Context.Device) return call.NoSuch("memory pool");
        return AllocateInStream(call, address, byteCount, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryFreeAsync(nint address, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemFreeAsync");
        EmulatedAllocation? allocation = call.Context?.Device.Allocations.GetValueOrDefault(address);
        if (allocation?.Kind != AllocationKind.Pool) allocation = null;
        if (call.Result != CudaResult.Success)
        {
            if (allocation is not null && call.Context!.Loss != CudaResult.Success) call.Context.Release(allocation);
            return call.Result;
        }

        if (!TryStream(call, stream, out EmulatedStream found) || IsCapturingMemory(call, found)) return call.Result;
        if (allocation is null) return call.Invalid(NotAnAllocation(call.Context!, address));
        found.RunAll();
        call.Context!.Release(allocation);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryPoolGetAttribute(CudaMemoryPool pool, CudaMemoryPoolAttribute attribute, void* value)
    {
        using DriverCall call = DriverCall.Anywhere("cuMemPoolGetAttribute");
        if (!TryPool(call, pool, value, out EmulatedPool found)) return call.Result;
        switch (attribute)
        {
            case CudaMemoryPoolAttribute.ReuseFollowEventDependencies:
                *(int*)value = found.FollowEvents;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReuseAllowOpportunistic:
                *(int*)value = found.Opportunistic;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReuseAllowInternalDependencies:
                *(int*)value = found.InternalDependencies;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReleaseThreshold:
                *(ulong*)value = found.ReleaseThreshold;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReservedMemoryCurrent or CudaMemoryPoolAttribute.UsedMemoryCurrent:
                *(ulong*)value = found.Used;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReservedMemoryHigh or CudaMemoryPoolAttribute.UsedMemoryHigh:
                *(ulong*)value = found.UsedHigh;
                return CudaResult.Success;
            default:
                return call.Invalid($"Pools have no attribute {(int)attribute}.");
        }
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryPoolSetAttribute(CudaMemoryPool pool, CudaMemoryPoolAttribute attribute, void* value)
    {
        using DriverCall call = DriverCall.Anywhere("cuMemPoolSetAttribute");
        if (!TryPool(call, pool, value, out EmulatedPool found)) return call.Result;
        switch (attribute)
        {
            case CudaMemoryPoolAttribute.ReuseFollowEventDependencies:
                found.FollowEvents = *(int*)value;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReuseAllowOpportunistic:
                found.Opportunistic = *(int*)value;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReuseAllowInternalDependencies:
                found.InternalDependencies = *(int*)value;
                return CudaResult.Success;
            case CudaMemoryPoolAttribute.ReleaseThreshold:
                found.ReleaseThreshold = *(ulong*)value;
                return CudaResult.Success;
            case (CudaMemoryPoolAttribute.ReservedMemoryHigh or CudaMemoryPoolAttribute.UsedMemoryHigh) when *(ulong*)value == 0:
                found.ResetHigh();
                return CudaResult.Success;
            default:
                return call.Invalid($"Attribute {(int)attribute} of a pool cannot be set to that.");
        }
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemoryPoolTrimTo(CudaMemoryPool pool, nuint byteCount)
    {
        using DriverCall call = DriverCall.Anywhere("cuMemPoolTrimTo");
        _ = byteCount;
        if (call.Result != CudaResult.Success) return call.Result;
        return HandleTable.Find<EmulatedPool>(pool.Value) is null
            ? call.Refuse(CudaResult.InvalidHandle, "The handle names no memory pool.")
            : CudaResult.Success;
    }

    private static CudaResult AllocateInStream(DriverCall call, nint* address, nuint byteCount, CudaStream stream)
    {
        if (!TryStream(call, stream, out EmulatedStream found) || IsCapturingMemory(call, found)) return call.Result;
        if (address is null || byteCount == 0) return call.Invalid("The result's address is null, or 0 bytes were asked for.");
        if (!call.Context.Device.Options.HasMemoryPools) return call.Refuse(CudaResult.NotSupported, "The device has no memory pools.");
        nint place = call.Context.Allocate(byteCount, AllocationKind.Pool, out string reason);
        if (place == 0) return call.Refuse(CudaResult.OutOfMemory, reason);
        *address = place;
        return CudaResult.Success;
    }

    // Graphs that own memory are not emulated; saying so beats memory that a graph would share with its other launches.
    private static bool IsCapturingMemory(DriverCall call, EmulatedStream stream)
    {
        if (stream.Capture is null) return false;
        stream.Capture.Invalidate();
        call.Refuse(
            CudaResult.NotSupported, "Allocations inside a capture are not emulated; allocate before it. The capture is broken now.");
        return true;
    }

    private static bool TryPool(DriverCall call, CudaMemoryPool pool, void* value, out EmulatedPool found)
    {
        found = null!;
        if (call.Result != CudaResult.Success) return false;
        if (value is null)
        {
            call.Invalid("The value's address is null.");
            return false;
        }

        if (HandleTable.Find<EmulatedPool>(pool.Value) is { } known)
        {
            found = known;
            return true;
        }

        call.Refuse(CudaResult.InvalidHandle, "The handle names no memory pool.");
        return false;
    }
}
