using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult CopyHostToDevice(nint destination, void* source, nuint byteCount)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyHtoD_v2");
        return CopyNow(call, destination, (nint)source, byteCount, CopyDirection.HostToDevice);
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyDeviceToHost(void* destination, nint source, nuint byteCount)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyDtoH_v2");
        return CopyNow(call, (nint)destination, source, byteCount, CopyDirection.DeviceToHost);
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyDeviceToDevice(nint destination, nint source, nuint byteCount)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyDtoD_v2");
        return CopyNow(call, destination, source, byteCount, CopyDirection.DeviceToDevice);
    }

    [UnmanagedCallersOnly]
    private static CudaResult Copy(nint destination, nint source, nuint byteCount)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpy");
        return CopyNow(call, destination, source, byteCount, Direction(call, destination, source));
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyHostToDeviceAsync(nint destination, void* source, nuint byteCount, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyHtoDAsync_v2");
        return CopyInStream(call, destination, (nint)source, byteCount, CopyDirection.HostToDevice, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyDeviceToHostAsync(void* destination, nint source, nuint byteCount, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyDtoHAsync_v2");
        return CopyInStream(call, (nint)destination, source, byteCount, CopyDirection.DeviceToHost, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyDeviceToDeviceAsync(nint destination, nint source, nuint byteCount, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyDtoDAsync_v2");
        return CopyInStream(call, destination, source, byteCount, CopyDirection.DeviceToDevice, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult CopyAsync(nint destination, nint source, nuint byteCount, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemcpyAsync");
        return CopyInStream(call, destination, source, byteCount, Direction(call, destination, source), stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD8(nint address, byte value, nuint count)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD8_v2");
        return Fill(call, address, value, 1, count, default);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD16(nint address, ushort value, nuint count)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD16_v2");
        return Fill(call, address, value, 2, count, default);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD32(nint address, uint value, nuint count)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD32_v2");
        return Fill(call, address, value, 4, count, default);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD8Async(nint address, byte value, nuint count, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD8Async");
        return Fill(call, address, value, 1, count, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD16Async(nint address, ushort value, nuint count, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD16Async");
        return Fill(call, address, value, 2, count, stream);
    }

    [UnmanagedCallersOnly]
    private static CudaResult MemsetD32Async(nint address, uint value, nuint count, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuMemsetD32Async");
        return Fill(call, address, value, 4, count, stream);
    }

    // A copy that waits runs in the legacy default stream.
    private static CudaResult CopyNow(DriverCall call, nint destination, nint source, nuint byteCount, CopyDirection direction)
    {
        if (!TryStream(call, default, out _) || !CanCopy(call, destination, source, byteCount, direction)) return call.Result;
        if (call.IsForbiddenByCapture()) return call.Result;
        call.Context.RunBlocking();
        if (call.Context.ReadLoss() != CudaResult.Success) return call.Context.Loss;
        if (direction != CopyDirection.DeviceToDevice)
        {
            call.Instance.Ledger.Synchronisations++;
            if (call.WaitForHang()) return call.Result;
        }

        if (byteCount > 0) call.Context.RunCopy(destination, source, byteCount, direction);
        return CudaResult.Success;
    }

    private static CudaResult CopyInStream(
        DriverCall call, nint destination, nint source, nuint byteCount, CopyDirection direction, CudaStream stream)
    {
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (!CanCopy(call, destination, source, byteCount, direction)) return call.Result;
        if (byteCount == 0) return CudaResult.Success;
        if (found.Capture is null && found.Keeps && direction != CopyDirection.DeviceToDevice)
        {
            bool isPinned = call.Context.AllocationAt(direction == CopyDirection.HostToDevice ? source : destination) is not null;
            if (!isPinned) return CopyPageable(call, found, destination, source, byteCount, direction);
        }

        if (found.Keeps) found.Keep(new CopyWork(destination, source, byteCount, direction));
        else if (!found.IsHung) call.Context.RunCopy(destination, source, byteCount, direction);
        return CudaResult.Success;
    }

    // Memory that is not pinned is read, or written, before the call returns: a driver stages it.
    private static CudaResult CopyPageable(
        DriverCall call, EmulatedStream stream, nint destination, nint source, nuint byteCount, CopyDirection direction)
    {
        stream.RunAll();
        if (call.Context.ReadLoss() != CudaResult.Success) return call.Context.Loss;
        if (!stream.IsHung) call.Context.RunCopy(destination, source, byteCount, direction);
        return CudaResult.Success;
    }

    private static CudaResult Fill(DriverCall call, nint address, uint value, int width, nuint count, CudaStream stream)
    {
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (count == 0) return CudaResult.Success;
        if (count > nuint.MaxValue / (nuint)width) return call.Invalid($"{count} values of {width} bytes are more than there is memory.");
        if (address % width != 0) return call.Invalid($"0x{address:x} is not aligned to {width} bytes.");
        if (!call.Context.IsReachable(address, count * (nuint)width, out string reason)) return call.Invalid(reason);
        if (found.Keeps) found.Keep(new FillWork(address, value, width, count));
        else if (!found.IsHung) call.Context.RunFill(address, value, width, count);
        return CudaResult.Success;
    }

    private static bool CanCopy(DriverCall call, nint destination, nint source, nuint byteCount, CopyDirection direction)
    {
        if (byteCount == 0) return true;
        bool toDevice = direction is CopyDirection.HostToDevice or CopyDirection.DeviceToDevice;
        bool fromDevice = direction is CopyDirection.DeviceToHost or CopyDirection.DeviceToDevice;
        if (destination == 0 || source == 0)
        {
            call.Invalid($"The {(destination == 0 ? "destination" : "source")} is null.");
        }
        else if (toDevice && !call.Context.IsReachable(destination, byteCount, out string reason))
        {
            call.Invalid($"Destination: {reason}");
        }
        else if (fromDevice && !call.Context.IsReachable(source, byteCount, out reason))
        {
            call.Invalid($"Source: {reason}");
        }

        return call.Result == CudaResult.Success;
    }

    private static CopyDirection Direction(DriverCall call, nint destination, nint source)
    {
        if (call.Result != CudaResult.Success) return CopyDirection.HostToHost;
        bool toDevice = call.Context.IsOnDevice(destination);
        bool fromDevice = call.Context.IsOnDevice(source);
        return toDevice
            ? fromDevice ? CopyDirection.DeviceToDevice : CopyDirection.HostToDevice
            : fromDevice ? CopyDirection.DeviceToHost : CopyDirection.HostToHost;
    }
}
