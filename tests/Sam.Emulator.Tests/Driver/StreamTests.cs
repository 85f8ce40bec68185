using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class StreamTests
{
    [Fact]
    public void Streams_KnowHowTheyWereMade()
    {
        using TestDevice device = new();
        CudaStream stream;
        device.Ok(device.Driver.StreamCreateWithPriority(&stream, CudaStreamFlags.NonBlocking, -99));
        CudaStreamFlags flags;
        int priority, least, greatest;
        CudaContext context;
        device.Ok(device.Driver.StreamGetFlags(stream, &flags));
        device.Ok(device.Driver.StreamGetPriority(stream, &priority));
        device.Ok(device.Driver.StreamGetContext(stream, &context));
        device.Ok(device.Driver.ContextGetStreamPriorityRange(&least, &greatest));
        Assert.Equal(CudaStreamFlags.NonBlocking, flags);
        Assert.Equal(greatest, priority);
        Assert.Equal(device.Context, context);
        Assert.Equal(CudaResult.Success, device.Driver.StreamQuery(stream));
        Assert.Equal(CudaResult.Success, device.Driver.StreamSynchronize(stream));
        device.Ok(device.Driver.StreamDestroy(stream));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamQuery(stream));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamDestroy(stream));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamDestroy(default));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.StreamCreate(&stream, (CudaStreamFlags)7));
    }

    [Fact]
    public void HandlesOfOneSort_AreNotThoseOfAnother()
    {
        using TestDevice device = new();
        CudaStream stream = device.Stream();
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.EventQuery(new CudaEvent(stream.Value)));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.ModuleUnload(new CudaModule(stream.Value)));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamQuery(new CudaStream(unchecked((nint)0xDEADBEEFDEADBEEF))));
        device.Ok(device.Driver.StreamDestroy(stream));
    }

    [Fact]
    public void AStreamOfAnotherContext_IsRefused()
    {
        using TestDevice device = new();
        CudaStream stream = device.Stream();
        CudaContext own;
        device.Ok(device.Driver.ContextCreate(&own, 0, device.Device));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamSynchronize(stream));
        device.Ok(device.Driver.ContextDestroy(own));
        device.Ok(device.Driver.StreamDestroy(stream));
    }

    [Fact]
    public void Events_TimeAndOrder()
    {
        using TestDevice device = new();
        CudaEvent start = device.Event(), end = device.Event(), untimed = device.Event(CudaEventFlags.DisableTiming);
        float milliseconds;
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.EventElapsedTime(&milliseconds, start, end));
        Assert.Equal(CudaResult.Success, device.Driver.EventQuery(start));
        device.Ok(device.Driver.EventRecord(start, default));
        device.Ok(device.Driver.EventRecord(end, default));
        device.Ok(device.Driver.EventRecord(untimed, default));
        device.Ok(device.Driver.EventSynchronize(end));
        device.Ok(device.Driver.EventElapsedTime(&milliseconds, start, end));
        Assert.InRange(milliseconds, 0f, 10_000f);
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.EventElapsedTime(&milliseconds, start, untimed));
        device.Ok(device.Driver.StreamWaitEvent(default, end, 0));
        device.Ok(device.Driver.EventDestroy(start));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.StreamWaitEvent(default, start, 0));
        device.Ok(device.Driver.EventDestroy(end));
        device.Ok(device.Driver.EventDestroy(untimed));
        CudaEvent shared;
        Assert.Equal(CudaResult.InvalidValue, device.Driver.EventCreate(&shared, CudaEventFlags.Interprocess));
    }
}
