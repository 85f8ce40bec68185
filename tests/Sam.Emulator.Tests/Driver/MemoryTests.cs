using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class MemoryTests
{
    [Fact]
    public void WhatIsCopiedIn_IsCopiedOutAgain()
    {
        using TestDevice device = new();
        int[] values = [.. Enumerable.Range(0, 1000)];
        nint a = device.Upload<int>(values);
        nint b = device.Allocate(4000);
        device.Ok(device.Driver.CopyDeviceToDevice(b, a, 4000));
        Assert.Equal(values, device.Download<int>(b, 1000));
        device.Free(a, b);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Fills_WriteEachWidth(int width)
    {
        using TestDevice device = new();
        nint a = device.Upload<byte>(new byte[64]);
        device.Ok(width switch
        {
            1 => device.Driver.MemsetD8(a + 8, 0xAB, 5),
            2 => device.Driver.MemsetD16Async(a + 8, 0xABCD, 5, default),
            _ => device.Driver.MemsetD32(a + 8, 0x89ABCDEF, 5),
        });
        byte[] pattern = width switch { 1 => [0xAB], 2 => [0xCD, 0xAB], _ => [0xEF, 0xCD, 0xAB, 0x89] };
        byte[] expected = new byte[64];
        for (int i = 0; i < 5 * width; i++) expected[8 + i] = pattern[i % width];
        Assert.Equal(expected, device.Download<byte>(a, 64));
        if (width > 1) Assert.Equal(CudaResult.InvalidValue, device.Driver.MemsetD32(a + 1, 0, 1));
        device.Free(a);
    }

    [Fact]
    public void FreedAndForeignPointers_AreRefusedWithTheReason()
    {
        using TestDevice device = new();
        nint a = device.Allocate(100);
        byte* host = stackalloc byte[200];
        Assert.Equal(CudaResult.InvalidValue, device.Driver.CopyHostToDevice(a, host, 101));
        Assert.Contains("1 bytes behind", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFree(a + 4));
        device.Free(a);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.CopyDeviceToHost(host, a, 100));
        Assert.Contains("has been freed", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFree(a));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemsetD8(a, 0, 1));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.CopyHostToDevice(12345, host, 1));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.CopyHostToDevice(a, null, 1));
        Assert.Equal(CudaResult.Success, device.Driver.CopyHostToDevice(a, null, 0));
    }

    [Fact]
    public void MemoryRunsOut_AtTheDevicesSize()
    {
        EmulatedDeviceOptions small = new() { MemoryBytes = 1 << 20 };
        using TestDevice device = new(new EmulatedCudaOptions { Devices = [small] });
        nint a = device.Allocate(600_000), b;
        Assert.Equal(CudaResult.OutOfMemory, device.Driver.MemoryAllocate(&b, 600_000));
        Assert.Contains("600000 bytes were asked for", device.LastReason, StringComparison.Ordinal);
        nuint free, total;
        device.Ok(device.Driver.MemoryGetInfo(&free, &total));
        Assert.Equal((nuint)(1 << 20), total);
        Assert.Equal((nuint)((1 << 20) - 600_000), free);
        device.Free(a);
        device.Free(device.Allocate(1 << 20));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryAllocate(&b, 0));
        device.Cuda.Faults.MemoryLimitBytes = 1000;
        Assert.Equal(CudaResult.OutOfMemory, device.Driver.MemoryAllocate(&b, 1001));
    }

    [Fact]
    public void PinnedMemory_IsReachedByBothSides()
    {
        using TestDevice device = new();
        void* host;
        device.Ok(device.Driver.MemoryAllocateHost(&host, 256, CudaHostAllocFlags.DeviceMap));
        nint address;
        device.Ok(device.Driver.MemoryHostGetDevicePointer(&address, host, 0));
        uint type;
        device.Ok(device.Driver.PointerGetAttribute(&type, CudaPointerAttribute.MemoryType, address));
        Assert.Equal((uint)CudaMemoryType.Host, type);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFree(address));
        device.Ok(device.Driver.MemoryFreeHost(host));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFreeHost(host));

        int[] pinned = GC.AllocateUninitializedArray<int>(64, pinned: true);
        fixed (int* values = pinned)
        {
            device.Ok(device.Driver.MemoryHostRegister(values, 256, CudaHostAllocFlags.None));
            Assert.Equal(CudaResult.HostMemoryAlreadyRegistered, device.Driver.MemoryHostRegister(values + 4, 16, CudaHostAllocFlags.None));
            device.Ok(device.Driver.MemoryHostUnregister(values));
            Assert.Equal(CudaResult.HostMemoryNotRegistered, device.Driver.MemoryHostUnregister(values));
        }
    }

    [Fact]
    public void ThePool_GivesAndTakesInAStream()
    {
        using TestDevice device = new();
        CudaStream stream = device.Stream();
        CudaMemoryPool pool;
        device.Ok(device.Driver.DeviceGetDefaultMemoryPool(&pool, device.Device));
        nint a, plain = device.Allocate(16);
        device.Ok(device.Driver.MemoryAllocateAsync(&a, 1024, stream));
        ulong used, threshold = ulong.MaxValue;
        device.Ok(device.Driver.MemoryPoolGetAttribute(pool, CudaMemoryPoolAttribute.UsedMemoryCurrent, &used));
        Assert.Equal(1024ul, used);
        device.Ok(device.Driver.MemoryPoolSetAttribute(pool, CudaMemoryPoolAttribute.ReleaseThreshold, &threshold));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFreeAsync(plain, stream));
        device.Ok(device.Driver.MemoryFreeAsync(a, stream));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.MemoryFreeAsync(a, stream));
        device.Free(plain);
        device.Ok(device.Driver.StreamDestroy(stream));
    }

    [Fact]
    public void PointersTell_WhatTheyPointInto()
    {
        using TestDevice device = new();
        nint a = device.Allocate(512), start;
        nuint size;
        device.Ok(device.Driver.MemoryGetAddressRange(&start, &size, a + 100));
        Assert.Equal(a, start);
        Assert.Equal((nuint)512, size);
        CudaContext context;
        device.Ok(device.Driver.PointerGetAttribute(&context, CudaPointerAttribute.Context, a + 511));
        Assert.Equal(device.Context, context);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.PointerGetAttribute(&context, CudaPointerAttribute.Context, a + 512));
        device.Free(a);
    }

    [Fact]
    public void WhatAContextLeaves_IsAFinding()
    {
        EmulatedCuda cuda;
        using (TestDevice device = new())
        {
            cuda = device.Cuda;
            device.Allocate(123);
            device.Stream();
            device.Event();
        }

        Finding leak = Assert.Single(cuda.Findings);
        Assert.Equal(FindingKind.Leak, leak.Kind);
        Assert.Contains("device allocation 1 of 123 bytes", leak.Message, StringComparison.Ordinal);
        Assert.Contains("1 x stream", leak.Message, StringComparison.Ordinal);
        Assert.Contains("1 x event", leak.Message, StringComparison.Ordinal);
        Assert.Contains("123 bytes", Assert.Throws<FindingException>(cuda.ThrowIfAnyFinding).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingLeft_IsNoFinding()
    {
        EmulatedCuda cuda;
        using (TestDevice device = new())
        {
            cuda = device.Cuda;
            device.Free(device.Allocate(123));
            device.Ok(device.Driver.StreamDestroy(device.Stream()));
            device.Ok(device.Driver.EventDestroy(device.Event()));
        }

        cuda.ThrowIfAnyFinding();
    }
}
