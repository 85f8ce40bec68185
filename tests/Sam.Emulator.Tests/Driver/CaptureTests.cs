using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class CaptureTests : IDisposable
{
    private readonly TestDevice _device = new();
    private readonly CudaStream _stream;
    private readonly CudaStream _other;
    private readonly CudaEvent _fork;
    private readonly CudaEvent _join;
    private readonly nint _memory;

    public CaptureTests()
    {
        _stream = _device.Stream();
        _other = _device.Stream();
        _fork = _device.Event();
        _join = _device.Event();
        _memory = _device.Upload<int>(new int[64]);
    }

    private CudaDriverTable Driver => _device.Driver;

    [Fact]
    public void CapturedWork_RunsAtTheLaunchAndNotBefore()
    {
        Begin();
        Fill(_stream, 0, 7);
        Fill(_stream, 1, 8);
        CudaGraph graph = End();
        Assert.Equal(0, _device.Download<int>(_memory, 1)[0]);

        CudaGraphExec exec = Instantiate(graph);
        _device.Ok(Driver.GraphDestroy(graph));
        _device.Ok(Driver.GraphLaunch(exec, _stream));
        Assert.Equal([7, 8, 0], _device.Download<int>(_memory, 3));
        _device.Ok(Driver.MemsetD32(_memory, 0, 2));
        _device.Ok(Driver.GraphLaunch(exec, default));
        Assert.Equal([7, 8, 0], _device.Download<int>(_memory, 3));
        Assert.Equal(2, _device.Cuda.Ledger.GraphLaunches);
        _device.Ok(Driver.GraphExecDestroy(exec));
        Assert.Equal(CudaResult.InvalidHandle, Driver.GraphLaunch(exec, _stream));
    }

    [Fact]
    public void AForkedStream_GivesTheGraphItsDependencies()
    {
        Begin();
        Fill(_stream, 0, 1);
        ForkAndJoin();
        Fill(_stream, 3, 4);
        CudaGraph graph = End();

        CudaGraphNode* nodes = stackalloc CudaGraphNode[8];
        nuint count = 0;
        _device.Ok(Driver.GraphGetNodes(graph, null, &count));
        Assert.Equal((nuint)4, count);
        count = 8;
        _device.Ok(Driver.GraphGetNodes(graph, nodes, &count));
        Assert.Equal((nuint)4, count);
        CudaGraphNodeType type;
        _device.Ok(Driver.GraphNodeGetType(nodes[0], &type));
        Assert.Equal(CudaGraphNodeType.Memset, type);

        CudaGraphNode* from = stackalloc CudaGraphNode[8], to = stackalloc CudaGraphNode[8];
        _device.Ok(Driver.GraphGetEdges(graph, null, null, &count));
        Assert.Equal((nuint)4, count);
        count = 8;
        _device.Ok(Driver.GraphGetEdges(graph, from, to, &count));
        HashSet<(nint, nint)> edges = [];
        for (int i = 0; i < (int)count; i++) edges.Add((from[i].Value, to[i].Value));
        Assert.Contains((nodes[0].Value, nodes[1].Value), edges);
        Assert.Contains((nodes[0].Value, nodes[2].Value), edges);
        Assert.Contains((nodes[1].Value, nodes[3].Value), edges);
        Assert.Contains((nodes[2].Value, nodes[3].Value), edges);
        _device.Ok(Driver.GraphDestroy(graph));
        Assert.Equal(CudaResult.InvalidHandle, Driver.GraphNodeGetType(nodes[0], &type));
    }

    [Fact]
    public void AnUnjoinedFork_IsRefused()
    {
        Begin();
        _device.Ok(Driver.EventRecord(_fork, _stream));
        _device.Ok(Driver.StreamWaitEvent(_other, _fork, 0));
        Fill(_other, 1, 2);
        CudaGraph graph;
        Assert.Equal(CudaResult.StreamCaptureUnmatched, Driver.StreamEndCapture(_other, &graph));
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_stream, &graph));

        Begin();
        _device.Ok(Driver.EventRecord(_fork, _stream));
        _device.Ok(Driver.StreamWaitEvent(_other, _fork, 0));
        Fill(_other, 1, 2);
        Assert.Equal(CudaResult.StreamCaptureUnjoined, Driver.StreamEndCapture(_stream, &graph));
        Assert.True(graph.IsNull);
        Assert.Equal(CudaCaptureStatus.None, Status(_other));
    }

    [Theory]
    [InlineData("synchronise")]
    [InlineData("query")]
    [InlineData("context")]
    [InlineData("allocate")]
    [InlineData("free")]
    [InlineData("copy")]
    [InlineData("event")]
    public void CallsThatWouldBreakACapture_AreRefusedAndBreakIt(string what)
    {
        Begin();
        _device.Ok(Driver.EventRecord(_fork, _stream));
        nint address;
        int value;
        CudaResult result = what switch
        {
            "synchronise" => Driver.StreamSynchronize(_stream),
            "query" => Driver.StreamQuery(_stream),
            "context" => Driver.ContextSynchronize(),
            "allocate" => Driver.MemoryAllocate(&address, 16),
            "free" => Driver.MemoryFree(_memory),
            "copy" => Driver.CopyDeviceToHost(&value, _memory, 4),
            _ => Driver.EventSynchronize(_fork),
        };
        Assert.Equal(what == "event" ? CudaResult.CapturedEvent : CudaResult.StreamCaptureUnsupported, result);
        Assert.Equal(CudaCaptureStatus.Invalidated, Status(_stream));
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.MemsetD8Async(_memory, 0, 1, _stream));
        CudaGraph graph;
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_stream, &graph));
        Assert.Equal(CudaCaptureStatus.None, Status(_stream));
    }

    [Theory]
    [InlineData(CudaCaptureMode.Global, CudaResult.StreamCaptureUnsupported)]
    [InlineData(CudaCaptureMode.ThreadLocal, CudaResult.Success)]
    [InlineData(CudaCaptureMode.Relaxed, CudaResult.Success)]
    public void TheMode_DecidesWhatOtherThreadsMayDo(CudaCaptureMode mode, CudaResult expected)
    {
        Begin(mode);
        CudaResult result = CudaResult.Unknown;
        Thread thread = new(() =>
        {
            Driver.ContextSetCurrent(_device.Context);
            nint address;
            result = Driver.MemoryAllocate(&address, 16);
            if (result == CudaResult.Success) Driver.MemoryFree(address);
        });
        thread.Start();
        thread.Join();
        Assert.Equal(expected, result);
        CudaGraph graph;
        CudaResult end = expected == CudaResult.Success ? CudaResult.Success : CudaResult.StreamCaptureInvalidated;
        Assert.Equal(end, Driver.StreamEndCapture(_stream, &graph));
        if (expected == CudaResult.Success) _device.Ok(Driver.GraphDestroy(graph));
    }

    [Fact]
    public void ARelaxedThread_MayAllocateInItsOwnCapture()
    {
        CudaCaptureMode mode = CudaCaptureMode.Relaxed;
        _device.Ok(Driver.ThreadExchangeCaptureMode(&mode));
        Assert.Equal(CudaCaptureMode.Global, mode);
        Begin();
        _device.Free(_device.Allocate(16));
        _device.Ok(Driver.ThreadExchangeCaptureMode(&mode));
        _device.Ok(Driver.GraphDestroy(End()));
    }

    [Fact]
    public void TheDefaultStream_MayNotRunBesideABlockingCapture()
    {
        CudaStream blocking = _device.Stream(CudaStreamFlags.Default);
        _device.Ok(Driver.StreamBeginCapture(blocking, CudaCaptureMode.Relaxed));
        Assert.Equal(CudaResult.StreamCaptureImplicit, Driver.MemsetD8Async(_memory, 0, 1, default));
        CudaGraph graph;
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(blocking, &graph));
        Assert.Equal(CudaResult.StreamCaptureUnsupported, Driver.StreamBeginCapture(default, CudaCaptureMode.Global));

        Begin();
        _device.Ok(Driver.MemsetD8Async(_memory, 0, 1, default));
        Assert.Equal(CudaResult.StreamCaptureImplicit, JoinDefault());
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_stream, &graph));
        _device.Ok(Driver.StreamDestroy(blocking));

        CudaResult JoinDefault()
        {
            _device.Ok(Driver.EventRecord(_fork, _stream));
            return Driver.StreamWaitEvent(default, _fork, 0);
        }
    }

    [Fact]
    public void TwoCaptures_MayNotMergeOrReachOut()
    {
        Begin();
        _device.Ok(Driver.StreamBeginCapture(_other, CudaCaptureMode.Global));
        _device.Ok(Driver.EventRecord(_fork, _stream));
        Assert.Equal(CudaResult.StreamCaptureMerge, Driver.StreamWaitEvent(_other, _fork, 0));
        CudaGraph graph;
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_stream, &graph));
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_other, &graph));

        _device.Ok(Driver.EventRecord(_join, _other));
        Begin();
        Assert.Equal(CudaResult.StreamCaptureIsolation, Driver.StreamWaitEvent(_stream, _join, 0));
        Assert.Equal(CudaResult.StreamCaptureInvalidated, Driver.StreamEndCapture(_stream, &graph));
        Assert.Equal(CudaResult.IllegalState, Driver.StreamEndCapture(_stream, &graph));
    }

    [Fact]
    public void AnotherThread_MayNotEndACapture()
    {
        Begin();
        Assert.Equal(CudaResult.IllegalState, Driver.StreamBeginCapture(_stream, CudaCaptureMode.Global));
        CudaResult result = CudaResult.Success;
        Thread thread = new(() =>
        {
            Driver.ContextSetCurrent(_device.Context);
            CudaGraph graph;
            result = Driver.StreamEndCapture(_stream, &graph);
        });
        thread.Start();
        thread.Join();
        Assert.Equal(CudaResult.StreamCaptureWrongThread, result);
        _device.Ok(Driver.GraphDestroy(End()));
    }

    [Fact]
    public void AGraphOfTheSameShape_UpdatesAnInstance()
    {
        CudaGraph first = CaptureFill(1), second = CaptureFill(2), longer = CaptureFill(3, twice: true);
        Begin();
        _device.Ok(Driver.CopyDeviceToDeviceAsync(_memory, _memory + 64, 4, _stream));
        CudaGraph copy = End();

        CudaGraphExec exec = Instantiate(first);
        CudaGraphUpdateInfo info;
        _device.Ok(Driver.GraphExecUpdate(exec, second, &info));
        Assert.Equal(CudaGraphUpdateResult.Success, info.Result);
        _device.Ok(Driver.GraphLaunch(exec, _stream));
        Assert.Equal(2, _device.Download<int>(_memory, 1)[0]);
        Assert.Equal(CudaResult.GraphExecUpdateFailure, Driver.GraphExecUpdate(exec, longer, &info));
        Assert.Equal(CudaGraphUpdateResult.TopologyChanged, info.Result);
        Assert.Equal(CudaResult.GraphExecUpdateFailure, Driver.GraphExecUpdate(exec, copy, &info));
        Assert.Equal(CudaGraphUpdateResult.NodeTypeChanged, info.Result);
        Assert.False(info.ErrorNode.IsNull);
        foreach (CudaGraph graph in (CudaGraph[])[first, second, longer, copy]) _device.Ok(Driver.GraphDestroy(graph));
        _device.Ok(Driver.GraphExecDestroy(exec));
    }

    [Fact]
    public void AGraphInACapture_BecomesANode()
    {
        CudaGraph inner = CaptureFill(5);
        CudaGraphExec innerExec = Instantiate(inner);
        Begin();
        _device.Ok(Driver.GraphLaunch(innerExec, _stream));
        CudaGraph outer = End();
        CudaGraphNode node;
        nuint count = 1;
        _device.Ok(Driver.GraphGetNodes(outer, &node, &count));
        CudaGraphNodeType type;
        _device.Ok(Driver.GraphNodeGetType(node, &type));
        Assert.Equal(CudaGraphNodeType.Graph, type);
        CudaGraphExec exec = Instantiate(outer);
        _device.Ok(Driver.GraphLaunch(exec, _stream));
        Assert.Equal(5, _device.Download<int>(_memory, 1)[0]);
        foreach (CudaGraph graph in (CudaGraph[])[inner, outer]) _device.Ok(Driver.GraphDestroy(graph));
        foreach (CudaGraphExec each in (CudaGraphExec[])[innerExec, exec]) _device.Ok(Driver.GraphExecDestroy(each));
    }

    [Fact]
    public void AGraphThatTouchesFreedMemory_LosesTheContext()
    {
        nint gone = _device.Allocate(16);
        Begin();
        _device.Ok(Driver.MemsetD32Async(gone, 1, 4, _stream));
        CudaGraph graph = End();
        CudaGraphExec exec = Instantiate(graph);
        _device.Free(gone);
        _device.Ok(Driver.GraphLaunch(exec, _stream));
        Assert.Equal(CudaResult.IllegalAddress, Driver.StreamSynchronize(_stream));
        Assert.Contains("has been freed", Assert.Single(_device.Cuda.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LaunchingAGraph_AllocatesNothing()
    {
        CudaGraph graph = CaptureFill(1, twice: true);
        CudaGraphExec exec = Instantiate(graph);
        for (int i = 0; i < 10; i++) _device.Ok(Driver.GraphLaunch(exec, _stream));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Driver.GraphLaunch(exec, _stream);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        _device.Ok(Driver.GraphDestroy(graph));
        _device.Ok(Driver.GraphExecDestroy(exec));
    }

    public void Dispose() => _device.Dispose();

    private void Begin(CudaCaptureMode mode = CudaCaptureMode.Global) => _device.Ok(Driver.StreamBeginCapture(_stream, mode));

    private CudaGraph End()
    {
        CudaGraph graph;
        _device.Ok(Driver.StreamEndCapture(_stream, &graph));
        return graph;
    }

    private void Fill(CudaStream stream, int index, uint value) =>
        _device.Ok(Driver.MemsetD32Async(_memory + (4 * index), value, 1, stream));

    private void ForkAndJoin()
    {
        _device.Ok(Driver.EventRecord(_fork, _stream));
        _device.Ok(Driver.StreamWaitEvent(_other, _fork, 0));
        Fill(_stream, 1, 2);
        Fill(_other, 2, 3);
        _device.Ok(Driver.EventRecord(_join, _other));
        _device.Ok(Driver.StreamWaitEvent(_stream, _join, 0));
    }

    private CudaGraph CaptureFill(uint value, bool twice = false)
    {
        Begin();
        Fill(_stream, 0, value);
        if (twice) Fill(_stream, 1, value);
        return End();
    }

    private CudaGraphExec Instantiate(CudaGraph graph)
    {
        CudaGraphExec exec;
        _device.Ok(Driver.GraphInstantiate(&exec, graph, 0));
        return exec;
    }

    private CudaCaptureStatus Status(CudaStream stream)
    {
        CudaCaptureStatus status;
        _device.Ok(Driver.StreamIsCapturing(stream, &status));
        return status;
    }
}
