using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>Work that waits until something waits for it, as a device may: what a program forgot to wait for is not there yet.</summary>
public sealed unsafe class DeferredWorkTests : IDisposable
{
    private readonly TestDevice _device = new(new EmulatedCudaOptions { DefersWork = true });
    private readonly CudaStream _copies;
    private readonly CudaStream _compute;
    private readonly CudaFunction _scale;
    private readonly CudaEvent _event;
    private readonly nint _x;
    private readonly float* _pinned;

    public DeferredWorkTests()
    {
        _copies = _device.Stream();
        _compute = _device.Stream();
        _event = _device.Event();
        _scale = _device.Function(_device.Module(TestKernels.Scale), "scale");
        _x = _device.Upload<float>([1f]);
        void* host;
        _device.Ok(Driver.MemoryAllocateHost(&host, 64, CudaHostAllocFlags.None));
        _pinned = (float*)host;
    }

    private CudaDriverTable Driver => _device.Driver;

    [Fact]
    public void WithoutAWait_AnotherStreamsWorkIsNotThereYet()
    {
        *_pinned = 10f;
        _device.Ok(Driver.CopyHostToDeviceAsync(_x, _pinned, 4, _copies));
        Scale(_compute);
        _device.Ok(Driver.StreamSynchronize(_compute));
        _device.Ok(Driver.StreamSynchronize(_copies));
        Assert.Equal(10f, _device.Download<float>(_x, 1)[0]);
    }

    [Fact]
    public void WithAWaitForAnEvent_ItIsThere()
    {
        *_pinned = 10f;
        _device.Ok(Driver.CopyHostToDeviceAsync(_x, _pinned, 4, _copies));
        _device.Ok(Driver.EventRecord(_event, _copies));
        _device.Ok(Driver.StreamWaitEvent(_compute, _event, 0));
        Scale(_compute);
        Assert.Equal(0, _device.Cuda.Ledger.KernelRuns);
        _device.Ok(Driver.StreamSynchronize(_compute));
        Assert.Equal(20f, _device.Download<float>(_x, 1)[0]);
    }

    [Fact]
    public void PinnedMemoryThatChangesTooEarly_IsReadAsItIsThen()
    {
        *_pinned = 10f;
        _device.Ok(Driver.CopyHostToDeviceAsync(_x, _pinned, 4, _copies));
        *_pinned = 11f;
        _device.Ok(Driver.StreamSynchronize(_copies));
        Assert.Equal(11f, _device.Download<float>(_x, 1)[0]);

        // Ordinary memory is staged at the call.
        float ordinary = 12f;
        _device.Ok(Driver.CopyHostToDeviceAsync(_x, &ordinary, 4, _copies));
        ordinary = 13f;
        _device.Ok(Driver.StreamSynchronize(_copies));
        Assert.Equal(12f, _device.Download<float>(_x, 1)[0]);
    }

    [Fact]
    public void QueriesAreNotReady_UntilTheWorkIsDone()
    {
        Scale(_compute);
        Scale(_compute);
        _device.Ok(Driver.EventRecord(_event, _compute));
        Assert.Equal(CudaResult.NotReady, Driver.EventQuery(_event));
        Assert.Equal(CudaResult.NotReady, Driver.StreamQuery(_compute));
        Assert.Equal(CudaResult.Success, Driver.EventQuery(_event));
        Assert.Equal(CudaResult.Success, Driver.StreamQuery(_compute));
        Scale(_compute);
        _device.Ok(Driver.EventRecord(_event, _compute));
        _device.Ok(Driver.EventSynchronize(_event));
        Assert.Equal(3, _device.Cuda.Ledger.KernelRuns);
        float milliseconds;
        _device.Ok(Driver.EventElapsedTime(&milliseconds, _event, _event));
        Assert.Equal(0f, milliseconds);
    }

    [Fact]
    public void TheDefaultStream_WaitsForBlockingStreamsAndTheyForIt()
    {
        CudaStream blocking = _device.Stream(CudaStreamFlags.Default);
        _device.Ok(Driver.MemsetD32Async(_x, BitConverter.SingleToUInt32Bits(3f), 1, blocking));
        Scale(default);
        _device.Ok(Driver.MemsetD32Async(_x + 0, BitConverter.SingleToUInt32Bits(5f), 1, blocking));
        Scale(blocking);
        Assert.Equal(10f, _device.Download<float>(_x, 1)[0]);
        Assert.Equal(2, _device.Cuda.Ledger.KernelRuns);
        _device.Ok(Driver.StreamDestroy(blocking));
    }

    [Fact]
    public void GraphsAndCublas_AreDeferredToo()
    {
        CublasHandle handle;
        Assert.Equal(CublasStatus.Success, _device.Cuda.Cublas.Create(&handle));
        Assert.Equal(CublasStatus.Success, _device.Cuda.Cublas.SetStream(handle, _compute));
        _device.Ok(Driver.StreamBeginCapture(_compute, CudaCaptureMode.Global));
        Scale(_compute);
        CudaGraph graph;
        _device.Ok(Driver.StreamEndCapture(_compute, &graph));
        CudaGraphExec exec;
        _device.Ok(Driver.GraphInstantiate(&exec, graph, 0));
        _device.Ok(Driver.GraphLaunch(exec, _compute));
        float three = 3f, result;
        Assert.Equal(CublasStatus.Success, _device.Cuda.Cublas.Sscal(handle, 1, &three, _x, 1));
        Assert.Equal(0, _device.Cuda.Ledger.KernelRuns);
        Assert.Equal(CublasStatus.Success, _device.Cuda.Cublas.Sasum(handle, 1, _x, 1, &result));
        Assert.Equal(6f, result);
        Assert.Equal(CublasStatus.Success, _device.Cuda.Cublas.Destroy(handle));
        _device.Ok(Driver.GraphDestroy(graph));
        _device.Ok(Driver.GraphExecDestroy(exec));
    }

    [Fact]
    public void AFault_ComesWithTheWait()
    {
        _device.Ok(_device.TryLaunch(_scale, 1, 32, _compute, _x, TestDevice.Bits(2f), 9));
        Assert.Equal(CudaResult.Success, Driver.StreamSynchronize(_copies));
        Assert.Empty(_device.Cuda.Findings);
        Assert.Equal(CudaResult.IllegalAddress, Driver.StreamSynchronize(_compute));
        Assert.Single(_device.Cuda.Findings);
    }

    public void Dispose()
    {
        Driver.MemoryFreeHost(_pinned);
        Driver.MemoryFree(_x);
        Driver.EventDestroy(_event);
        Driver.StreamDestroy(_copies);
        Driver.StreamDestroy(_compute);
        bool isLost = Driver.ContextSynchronize() != CudaResult.Success;
        _device.Dispose();
        if (!isLost) _device.Cuda.ThrowIfAnyFinding();
    }

    private void Scale(CudaStream stream) => _device.Ok(_device.TryLaunch(_scale, 1, 32, stream, _x, TestDevice.Bits(2f), 1));
}
