using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class DeviceTests
{
    [Fact]
    public void CallsBeforeInit_AreRefused()
    {
        using EmulatedCuda cuda = new();
        int count;
        Assert.Equal(CudaResult.NotInitialized, cuda.Driver.DeviceGetCount(&count));
        Assert.Equal(CudaResult.InvalidValue, cuda.Driver.Init(1));
        Assert.Equal(CudaResult.Success, cuda.Driver.Init(0));
        Assert.Equal(CudaResult.Success, cuda.Driver.DeviceGetCount(&count));
        Assert.Equal(1, count);
    }

    [Fact]
    public void NoDevices_InitAnswersNoDevice()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Devices = [] });
        Assert.Equal(CudaResult.NoDevice, cuda.Driver.Init(0));
        CudaAvailability availability = CudaAvailability.Of(new LibraryProbe<CudaDriverTable>(cuda.Driver, "driver", "emulated", [], ""));
        Assert.False(availability.IsAvailable);
        Assert.Equal(CudaResult.NoDevice, availability.InitResult);
        Assert.Contains("CUDA_ERROR_NO_DEVICE", availability.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ADevice_HasThePropertiesThatWereChosen()
    {
        EmulatedDeviceOptions options = new()
        {
            Name = "Test GPU",
            ComputeCapability = new Version(8, 6),
            MultiprocessorCount = 7,
            MemoryBytes = 3L << 30,
        };
        using TestDevice device = new(new EmulatedCudaOptions { Devices = [options, new EmulatedDeviceOptions()] });
        int value;
        device.Ok(device.Driver.DeviceGetCount(&value));
        Assert.Equal(2, value);
        Assert.Equal(8, Attribute(CudaDeviceAttribute.ComputeCapabilityMajor));
        Assert.Equal(6, Attribute(CudaDeviceAttribute.ComputeCapabilityMinor));
        Assert.Equal(7, Attribute(CudaDeviceAttribute.MultiprocessorCount));
        Assert.Equal(32, Attribute(CudaDeviceAttribute.WarpSize));
        Assert.Equal(99 * 1024, Attribute(CudaDeviceAttribute.MaxSharedMemoryPerBlockOptin));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.DeviceGetAttribute(&value, (CudaDeviceAttribute)9999, device.Device));

        nuint bytes;
        device.Ok(device.Driver.DeviceTotalMemory(&bytes, device.Device));
        Assert.Equal((nuint)(3L << 30), bytes);

        byte* name = stackalloc byte[32];
        device.Ok(device.Driver.DeviceGetName(name, 32, device.Device));
        Assert.Equal("Test GPU", Encoding.UTF8.GetString(name, 8));
        Assert.Equal(0, name[8]);
        device.Ok(device.Driver.DeviceGetName(name, 5, device.Device));
        Assert.Equal("Test", Encoding.UTF8.GetString(name, 4));
        Assert.Equal(0, name[4]);

        CudaDevice other;
        Assert.Equal(CudaResult.InvalidDevice, device.Driver.DeviceGet(&other, 2));
        Assert.Equal(CudaResult.InvalidDevice, device.Driver.DeviceGet(&other, -1));

        int Attribute(CudaDeviceAttribute attribute)
        {
            int result;
            device.Ok(device.Driver.DeviceGetAttribute(&result, attribute, device.Device));
            return result;
        }
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(10, 0)]
    public void AnUnknownArchitecture_IsRefusedByName(int major, int minor)
    {
        EmulatedDeviceOptions device = new() { ComputeCapability = new Version(major, minor) };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new EmulatedCuda(new EmulatedCudaOptions { Devices = [device] }));
        Assert.Contains($"{major}.{minor}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePrimaryContext_IsSharedAndCounted()
    {
        using TestDevice device = new();
        CudaContext again;
        device.Ok(device.Driver.PrimaryContextRetain(&again, device.Device));
        Assert.Equal(device.Context, again);
        uint flags;
        int active;
        device.Ok(device.Driver.PrimaryContextRelease(device.Device));
        device.Ok(device.Driver.PrimaryContextGetState(device.Device, &flags, &active));
        Assert.Equal(1, active);
        device.Ok(device.Driver.PrimaryContextRelease(device.Device));
        device.Ok(device.Driver.PrimaryContextGetState(device.Device, &flags, &active));
        Assert.Equal(0, active);
        Assert.Equal(CudaResult.InvalidContext, device.Driver.PrimaryContextRelease(device.Device));
        Assert.Equal(CudaResult.ContextIsDestroyed, device.Driver.ContextSynchronize());
        Assert.Equal(CudaResult.InvalidContext, device.Driver.ContextSetCurrent(again));
    }

    [Fact]
    public void ContextsNest_AsAStackOfEachThread()
    {
        using TestDevice device = new();
        CudaContext own, current;
        device.Ok(device.Driver.ContextCreate(&own, 0, device.Device));
        device.Ok(device.Driver.ContextGetCurrent(&current));
        Assert.Equal(own, current);
        device.Ok(device.Driver.ContextPush(device.Context));
        device.Ok(device.Driver.ContextPop(&current));
        Assert.Equal(device.Context, current);
        device.Ok(device.Driver.ContextDestroy(own));
        device.Ok(device.Driver.ContextGetCurrent(&current));
        Assert.Equal(device.Context, current);
        Assert.Equal(CudaResult.InvalidContext, device.Driver.ContextDestroy(own));
        Assert.Equal(CudaResult.InvalidContext, device.Driver.ContextDestroy(device.Context));

        CudaContext elsewhere = new(1);
        Thread thread = new(() =>
        {
            CudaContext seen;
            device.Driver.ContextGetCurrent(&seen);
            elsewhere = seen;
        });
        thread.Start();
        thread.Join();
        Assert.True(elsewhere.IsNull);
    }

    [Fact]
    public void CallsWithoutAContext_AreRefused()
    {
        using TestDevice device = new();
        device.Ok(device.Driver.ContextSetCurrent(default));
        nint address;
        Assert.Equal(CudaResult.InvalidContext, device.Driver.MemoryAllocate(&address, 16));
        Assert.Equal(CudaResult.InvalidContext, device.Driver.ContextSynchronize());
        Assert.Contains("No context is current", device.LastReason, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoInstances_KeepTheirDevicesApart()
    {
        using TestDevice first = new(new EmulatedCudaOptions { Devices = [new EmulatedDeviceOptions { MultiprocessorCount = 3 }] });
        nint ofFirst = first.Allocate(64);
        using (TestDevice second = new(new EmulatedCudaOptions { Devices = [new EmulatedDeviceOptions { MultiprocessorCount = 5 }] }))
        {
            Assert.NotEqual(first.Device, second.Device);
            Assert.Equal(CudaResult.InvalidValue, second.Driver.MemoryFree(ofFirst));
            int count;
            Assert.Equal(CudaResult.InvalidDevice, second.Driver.DeviceGetAttribute(&count, CudaDeviceAttribute.WarpSize, first.Device));
            second.Ok(second.Driver.DeviceGetAttribute(&count, CudaDeviceAttribute.MultiprocessorCount, second.Device));
            Assert.Equal(5, count);
            first.Ok(first.Driver.ContextSetCurrent(first.Context));
            first.Free(ofFirst);
            second.Ok(second.Driver.ContextSetCurrent(second.Context));
        }

        first.Cuda.MakeCurrent();
        first.Ok(first.Driver.ContextSetCurrent(first.Context));
        first.Free(first.Allocate(8));
        Assert.Empty(first.Cuda.Findings);
    }

    [Fact]
    public void ErrorNamesAndTexts_AreTheDriversOwn()
    {
        using TestDevice device = new();
        CudaException error = CudaException.Of(
            device.Driver, CudaResult.IllegalAddress, "cuCtxSynchronize()", "", "scale", new LaunchShape(4, 256));
        Assert.Equal("CUDA_ERROR_ILLEGAL_ADDRESS", error.Name);
        Assert.True(error.MayBeOlder);
        Assert.Contains("cuCtxSynchronize() failed with CUDA_ERROR_ILLEGAL_ADDRESS (700)", error.Message, StringComparison.Ordinal);
        Assert.Contains("Kernel scale", error.Message, StringComparison.Ordinal);
        Assert.Contains("<<<(4, 1, 1), (256, 1, 1), 0 bytes>>>", error.Message, StringComparison.Ordinal);
        Assert.Contains("may be older", error.Message, StringComparison.Ordinal);
        byte* text;
        Assert.Equal(CudaResult.InvalidValue, device.Driver.GetErrorName((CudaResult)12345, &text));
        Assert.True(text is null);
    }

    [Fact]
    public void EveryFunctionOfTheTables_IsThere()
    {
        EntryPoints driver = new(DriverFunctions.Find);
        _ = new CudaDriverTable(driver);
        Assert.Empty(driver.Missing);
        EntryPoints blas = new(CublasFunctions.Find);
        _ = new CublasTable(blas);
        Assert.Empty(blas.Missing);
    }
}
