using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Cli.Devices;

/// <summary>What the driver says of one of its devices.</summary>
/// <param name="Ordinal">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Capability">Compute capability.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="TotalBytes">Its memory.</param>
/// <param name="FreeBytes">What of it is free; -1 where the driver does not say.</param>
/// <param name="CublasVersion">Version of cuBLAS on it, 120400 for 12.4; 0 where it does not answer.</param>
internal sealed record CudaDeviceFacts(
    int Ordinal, string Name, Version Capability, int Multiprocessors, long TotalBytes, long FreeBytes, int CublasVersion)
{
    /// <summary>Asks the driver.</summary>
    /// <param name="driver">The driver's functions, initialised.</param>
    /// <param name="cublas">cuBLAS's functions, or null.</param>
    /// <param name="ordinal">The device.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="CudaException">It refuses.</exception>
    public static unsafe CudaDeviceFacts Of(CudaDriverTable driver, CublasTable? cublas, int ordinal)
    {
        const int NameBytes = 128;
        CudaDevice device;
        CudaException.ThrowIfFailed(driver, driver.DeviceGet(&device, ordinal), "cuDeviceGet");
        byte* name = stackalloc byte[NameBytes];
        CudaException.ThrowIfFailed(driver, driver.DeviceGetName(name, NameBytes, device), "cuDeviceGetName");
        nuint total;
        CudaException.ThrowIfFailed(driver, driver.DeviceTotalMemory(&total, device), "cuDeviceTotalMem");
        Version capability = new(
            Attribute(driver, CudaDeviceAttribute.ComputeCapabilityMajor, device), Attribute(driver, CudaDeviceAttribute.ComputeCapabilityMinor, device));
        int multiprocessors = Attribute(driver, CudaDeviceAttribute.MultiprocessorCount, device);
        (long free, int version) = Inside(driver, cublas, device);
        return new CudaDeviceFacts(
            ordinal, Marshal.PtrToStringUTF8((nint)name)!, capability, multiprocessors, (long)total, free, version);
    }

    private static unsafe int Attribute(CudaDriverTable driver, CudaDeviceAttribute attribute, CudaDevice device)
    {
        int value;
        CudaException.ThrowIfFailed(driver, driver.DeviceGetAttribute(&value, attribute, device), "cuDeviceGetAttribute");
        return value;
    }

    // Free memory and cuBLAS are of a context; the primary one is what training uses too.
    private static unsafe (long FreeBytes, int CublasVersion) Inside(CudaDriverTable driver, CublasTable? cublas, CudaDevice device)
    {
        CudaContext context;
        CudaException.ThrowIfFailed(driver, driver.PrimaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain");
        try
        {
            CudaException.ThrowIfFailed(driver, driver.ContextPush(context), "cuCtxPushCurrent");
            nuint free, total;
            bool known = driver.MemoryGetInfo(&free, &total) == CudaResult.Success;
            int version = 0;
            CublasHandle handle;
            if (cublas is not null && cublas.Create(&handle) == CublasStatus.Success)
            {
                cublas.GetVersion(handle, &version);
                cublas.Destroy(handle);
            }

            driver.ContextPop(&context);
            return (known ? (long)free : -1, version);
        }
        finally
        {
            driver.PrimaryContextRelease(device);
        }
    }
}
