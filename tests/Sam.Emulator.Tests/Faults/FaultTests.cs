using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class FaultTests
{
    [Fact]
    public void ThePlannedCall_FailsOnceAndDoesNothing()
    {
        using TestDevice device = new();
        device.Cuda.Faults.FailCall("cuMemAlloc_v2", 2, CudaResult.OutOfMemory);
        nint a = device.Allocate(16), b = 0;
        Assert.Equal(CudaResult.OutOfMemory, device.Driver.MemoryAllocate(&b, 16));
        Assert.Equal(0, b);
        Assert.Contains("planned", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(0, device.Cuda.Faults.PendingCount);
        device.Free(a, device.Allocate(16));
    }

    [Fact]
    public void AnyCall_CanBeMadeToFail()
    {
        using TestDevice device = new();
        device.Cuda.Faults.FailCall(EmulatedFaults.AnyFunction, 3, CudaResult.Unknown);
        Assert.Equal(CudaResult.Success, device.Driver.ContextSynchronize());
        Assert.Equal(CudaResult.Success, device.Driver.StreamQuery(default));
        Assert.Equal(CudaResult.Unknown, device.Driver.ContextSynchronize());
        Assert.Equal(CudaResult.Success, device.Driver.ContextSynchronize());
    }

    [Fact]
    public void APlanThatCannotHappen_IsRefused()
    {
        using EmulatedCuda cuda = new();
        Assert.Throws<ArgumentException>(() => cuda.Faults.FailCall("cuMemAlloc", 1, CudaResult.OutOfMemory));
        Assert.Throws<ArgumentException>(() => cuda.Faults.FailCall("cuMemAlloc_v2", 1, CudaResult.Success));
        Assert.Throws<ArgumentOutOfRangeException>(() => cuda.Faults.FailCall("cuMemAlloc_v2", 0, CudaResult.OutOfMemory));
        Assert.Throws<ArgumentException>(() => cuda.Faults.FailCall("cublasSgemm", 1, CublasStatus.AllocFailed));
        Assert.Throws<ArgumentOutOfRangeException>(() => cuda.Faults.HangLaunch(0, TimeSpan.Zero));
        Assert.Equal(0, cuda.Faults.PendingCount);
    }

    [Fact]
    public void AHangingLaunch_IsNotReadyUntilItsLimitAndThenLosesTheContext()
    {
        using TestDevice device = new();
        CudaFunction empty = device.Function(device.Module(TestKernels.Empty), "empty");
        CudaStream stream = device.Stream(), idle = device.Stream();
        CudaEvent before = device.Event(), after = device.Event();
        device.Cuda.Faults.HangLaunch(1, TimeSpan.FromMilliseconds(300));
        device.Ok(device.Driver.EventRecord(before, stream));
        device.Ok(device.TryLaunch(empty, 1, 32, stream));
        device.Ok(device.Driver.EventRecord(after, stream));
        Assert.Equal(CudaResult.NotReady, device.Driver.StreamQuery(stream));
        Assert.Equal(CudaResult.NotReady, device.Driver.EventQuery(after));
        Assert.Equal(CudaResult.Success, device.Driver.EventQuery(before));
        Assert.Equal(CudaResult.Success, device.Driver.StreamSynchronize(idle));
        Assert.Equal(CudaResult.LaunchTimeout, device.Driver.StreamSynchronize(stream));
        Assert.Equal(CudaResult.LaunchTimeout, device.Driver.ContextSynchronize());
    }
}
