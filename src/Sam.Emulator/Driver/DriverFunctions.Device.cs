using System.Runtime.InteropServices;
using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult DeviceGet(CudaDevice* device, int ordinal)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGet");
        if (call.Result != CudaResult.Success) return call.Result;
        if (device is null) return call.Invalid("The result's address is null.");
        if (ordinal < 0 || ordinal >= call.Instance.Devices.Count)
        {
            return call.Refuse(CudaResult.InvalidDevice, $"Device {ordinal}; there are {call.Instance.Devices.Count}.");
        }

        *device = call.Instance.Devices[ordinal].Id;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceGetCount(int* count)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGetCount");
        if (call.Result != CudaResult.Success) return call.Result;
        if (count is null) return call.Invalid("The result's address is null.");
        *count = call.Instance.Devices.Count;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceGetName(byte* name, int length, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGetName");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (name is null || length < 1) return call.Invalid("There is no buffer for the name.");
        byte[] text = Encoding.UTF8.GetBytes(found.Options.Name);
        int count = Math.Min(text.Length, length - 1);
        text.AsSpan(0, count).CopyTo(new Span<byte>(name, length));
        name[count] = 0;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceGetUuid(byte* identity, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGetUuid");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (identity is null) return call.Invalid("The result's address is null.");
        Span<byte> bytes = new(identity, 16);
        "EMULATED"u8.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes[8..], found.Instance.Slot);
        BitConverter.TryWriteBytes(bytes[12..], found.Ordinal);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceGetAttribute(int* value, CudaDeviceAttribute attribute, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGetAttribute");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (value is null) return call.Invalid("The result's address is null.");
        if (found.Attribute(attribute) is not { } known) return call.Invalid($"Attribute {(int)attribute} is not known to the emulator.");
        *value = known;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceTotalMemory(nuint* byteCount, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceTotalMem_v2");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (byteCount is null) return call.Invalid("The result's address is null.");
        *byteCount = (nuint)found.TotalBytes;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult PrimaryContextRetain(CudaContext* context, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDevicePrimaryCtxRetain");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (context is null) return call.Invalid("The result's address is null.");
        found.Primary ??= new EmulatedContext(found, 0, isPrimary: true);
        found.PrimaryRetains++;
        *context = new CudaContext(found.Primary.Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult PrimaryContextRelease(CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDevicePrimaryCtxRelease_v2");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (found.Primary is null) return call.Refuse(CudaResult.InvalidContext, "The primary context is not retained.");
        if (--found.PrimaryRetains == 0) found.Primary.End();
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult PrimaryContextGetState(CudaDevice device, uint* flags, int* active)
    {
        using DriverCall call = DriverCall.Anywhere("cuDevicePrimaryCtxGetState");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (flags is null || active is null) return call.Invalid("A result's address is null.");
        *flags = found.Primary?.Flags ?? 0;
        *active = found.Primary is null ? 0 : 1;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult PrimaryContextReset(CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDevicePrimaryCtxReset_v2");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        found.Primary?.End();
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DeviceGetDefaultMemoryPool(CudaMemoryPool* pool, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuDeviceGetDefaultMemPool");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (pool is null) return call.Invalid("The result's address is null.");
        *pool = new CudaMemoryPool(found.Pool.Handle);
        return CudaResult.Success;
    }

    private static bool TryDevice(DriverCall call, CudaDevice device, out EmulatedDevice found)
    {
        found = null!;
        if (call.Result != CudaResult.Success) return false;
        if (EmulatedCuda.FindDevice(device) is { } known && known.Instance == call.Instance)
        {
            found = known;
            return true;
        }

        call.Refuse(CudaResult.InvalidDevice, $"{device.Value} is no device of the current instance.");
        return false;
    }
}
