using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class LedgerTests
{
    [Fact]
    public void TheHostsDoings_AreCounted()
    {
        using TestDevice device = new();
        CudaLedger ledger = device.Cuda.Ledger;
        ledger.Reset();
        nint a = device.Upload<int>(new int[25]);
        nint b = device.Allocate(100);
        device.Ok(device.Driver.CopyDeviceToDeviceAsync(b, a, 100, default));
        device.Download<int>(b, 5);
        device.Ok(device.Driver.MemsetD32Async(a, 0, 10, default));
        device.Ok(device.Driver.ContextSynchronize());
        CudaEvent done = device.Event();
        device.Ok(device.Driver.EventRecord(done, default));
        device.Ok(device.Driver.EventSynchronize(done));
        device.Ok(device.Driver.EventDestroy(done));
        device.Free(a, b);

        Assert.Equal((1, 100), (ledger.HostToDeviceCopies, ledger.HostToDeviceBytes));
        Assert.Equal((1, 100), (ledger.DeviceToDeviceCopies, ledger.DeviceToDeviceBytes));
        Assert.Equal((1, 20), (ledger.DeviceToHostCopies, ledger.DeviceToHostBytes));
        Assert.Equal((1, 40), (ledger.Fills, ledger.FillBytes));
        Assert.Equal((2, 200, 2), (ledger.Allocations, ledger.AllocatedBytes, ledger.Frees));
        Assert.Equal(4, ledger.Synchronisations);
        Assert.Equal(1, ledger.EventRecords);
        Assert.Equal(0, ledger.Launches);
        Assert.Equal(13, ledger.Calls);
        string table = ledger.ToString();
        Assert.Contains("host to device 1 copies of 100 bytes", table, StringComparison.Ordinal);
        ledger.Reset();
        Assert.Equal(0, ledger.Calls + ledger.AllocatedBytes + ledger.Synchronisations);
    }

    [Fact]
    public void TheTable_HasAlignedColumns()
    {
        using TestDevice device = new();
        nint a = device.Upload<float>(new float[8]);
        CublasHandle handle;
        Assert.Equal(CublasStatus.Success, device.Cuda.Cublas.Create(&handle));
        float two = 2;
        Assert.Equal(CublasStatus.Success, device.Cuda.Cublas.Sscal(handle, 8, &two, a, 1));
        string[] lines = device.Cuda.Ledger.ToString().Split('\n');
        string[] kernels = [.. lines.SkipWhile(line => !line.StartsWith("kernel", StringComparison.Ordinal)).Take(3)];
        Assert.Equal(["kernel", "cublasSscal", "total"], kernels.Select(line => line.Split(' ')[0]));
        Assert.Single(kernels.Select(line => line.Length).Distinct());
        LedgerRow row = Assert.Single(device.Cuda.Ledger.Kernels);
        Assert.Equal((64, 2, 1.0), (row.GlobalBytes, row.GlobalSectors, row.SectorsPerIdeal));
        Assert.Equal("default", Assert.Single(device.Cuda.Ledger.Streams).Name);
        Assert.Equal(CublasStatus.Success, device.Cuda.Cublas.Destroy(handle));
        device.Free(a);
    }
}
