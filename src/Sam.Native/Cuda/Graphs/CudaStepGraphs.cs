namespace Sam.Native.Cuda;

/// <summary>The steps of one optimizer as CUDA graphs.</summary>
/// <remarks>A launch is one copy from pinned memory on a stream of its own (the batch and the step's numbers, while the step before may still run), and
/// one graph: its first kernel puts batch and numbers in their places, its last one hands the result to memory that the host reads
/// when it likes.</remarks>
internal sealed unsafe class CudaStepGraphs : StepGraphs
{
    private readonly CudaAccelerator _device;
    private readonly Model _model;
    private readonly DevicePointer<StepState> _state;
    private readonly Dictionary<StepKey, CapturedStep> _graphs = [];
    private readonly HashSet<StepKey> _known = [];
    private readonly GraphConstants _constants;
    private readonly StagingBuffer[] _staging = new StagingBuffer[2];
    private readonly CudaStream _copies;

    // Rows are prepared here, as the buffer that they go to is chosen at the launch.
    private readonly byte[] _rows = GC.AllocateUninitializedArray<byte>(MaximumRows * GraphConstants.RowBytes, pinned: true);
    private readonly int[] _rowLengths = new int[MaximumRows];
    private int _rowCount;
    private StepKey _captured;
    private StagingBuffer.Layout _capturedLayout;
    private bool _isCapturing;
    private bool _isDisposed;

    public CudaStepGraphs(CudaAccelerator device, Model model, DevicePointer<StepState> state)
    {
        _device = device;
        _model = model;
        _state = state;
        long inputBytes = (long)model.BatchSize * model.InputShape.Count * sizeof(float);
        long targetBytes = (long)model.BatchSize * Math.Max(1, model.OutputShape.Count) * sizeof(float);
        StagingBuffer.Layout largest = new(inputBytes, targetBytes);
        using DeviceScope scope = device.Enter();
        _constants = new GraphConstants(device);
        try
        {
            CudaStream copies;
            CudaException.ThrowIfFailed(device.Driver, device.Driver.StreamCreate(&copies, CudaStreamFlags.NonBlocking), "cuStreamCreate");
            _copies = copies;
            for (int i = 0; i < _staging.Length; i++) _staging[i] = new StagingBuffer(device, largest.ByteCount);

            // The buffers were cleared in the device's own stream, which the copies do not wait for.
            device.Synchronize();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override StepPhase PhaseOf(in StepKey key) =>
        _graphs.ContainsKey(key) ? StepPhase.Replay : _known.Contains(key) ? StepPhase.Capture : StepPhase.Run;

    public override void NoteRun(in StepKey key) => _known.Add(key);

    public override void BeginCapture(in StepKey key, int inputCount, int targetCount, ulong step)
    {
        // A module cannot be loaded during a capture.
        _device.CudaKernels.LoadGraphKernels();
        BeginRow(key, 0, step);
        _captured = key;
        _capturedLayout = new StagingBuffer.Layout((long)inputCount * sizeof(float), (long)targetCount * sizeof(float));
        CudaException.ThrowIfFailed(
            _device.Driver, _device.Driver.StreamBeginCapture(_device.Stream, CudaCaptureMode.ThreadLocal), "cuStreamBeginCapture");
        _isCapturing = true;
        _device.Launcher.IsSuppressed = false;
        _device.CudaKernels.Stage(_staging[0].Memory, _staging[1].Memory, _capturedLayout, _state, _model, inputCount, targetCount, _constants.Active);
    }

    public override void EndCapture()
    {
        CudaGraph graph;
        CudaResult result = _device.Driver.StreamEndCapture(_device.Stream, &graph);
        EndRow();
        CudaException.ThrowIfFailed(_device.Driver, result, "cuStreamEndCapture");
        _isCapturing = false;
        CudaGraphExec exec;
        result = _device.Driver.GraphInstantiate(&exec, graph, 0);
        _device.Driver.GraphDestroy(graph);
        CudaException.ThrowIfFailed(_device.Driver, result, "cuGraphInstantiate");
        _graphs.Add(_captured, new CapturedStep(exec, _constants.Length, _capturedLayout));
    }

    public override void Abandon()
    {
        if (_isCapturing)
        {
            // A stream that captures takes no other work, so the capture is ended whatever broke it.
            _isCapturing = false;
            CudaGraph graph;
            if (_device.Driver.StreamEndCapture(_device.Stream, &graph) == CudaResult.Success) _device.Driver.GraphDestroy(graph);
        }

        EndRow();
    }

    public override void BeginRow(in StepKey key, int row, ulong step)
    {
        if (row > 0) EndRow();
        fixed (byte* rows = _rows) _constants.Begin(rows + (row * GraphConstants.RowBytes), step);
        _rowCount = row + 1;
        _device.Constants.Recording = _constants;
        _device.Launcher.IsSuppressed = true;
    }

    public override Span<float> Input(long ticket, int count) => new(_staging[ticket & 1].Host + StagingBuffer.Layout.Input, count);

    public override void Launch(in StepKey key, long ticket, long leastUpdates, ReadOnlySpan<float> input, ReadOnlySpan<byte> targets)
    {
        StagingBuffer staging = _staging[ticket & 1];
        CapturedStep step = _graphs[key];
        Span<float> place = Input(ticket, input.Length);
        if (input != place) input.CopyTo(place);
        targets.CopyTo(new Span<byte>(staging.Host + step.Places.Targets, targets.Length));
        CopyAndWait(staging, 0, WriteNumbers(key, step, staging, leastUpdates));
        CudaException.ThrowIfFailed(_device.Driver, _device.Driver.GraphLaunch(step.Graph, _device.Stream), "cuGraphLaunch");
    }

    public override void Launch(in StepKey key, long ticket, long leastUpdates, in DeviceBatch batch)
    {
        StagingBuffer staging = _staging[ticket & 1];
        CapturedStep step = _graphs[key];
        long end = WriteNumbers(key, step, staging, leastUpdates);
        CopyAndWait(staging, 0, StagingBuffer.Layout.Input);
        CopyAndWait(staging, step.Places.Rows, end);

        // In the device's stream: behind what made the batch, and behind the step that read this buffer last.
        CudaDriverTable driver = _device.Driver;
        nuint inputBytes = (nuint)batch.InputCount * sizeof(float), labelBytes = (nuint)batch.Examples * sizeof(int);
        nint memory = staging.Memory.Address;
        CudaException.ThrowIfFailed(
            driver, driver.CopyDeviceToDeviceAsync(memory + (nint)StagingBuffer.Layout.Input, batch.Input.Address, inputBytes, _device.Stream), "cuMemcpyDtoDAsync");
        CudaException.ThrowIfFailed(
            driver, driver.CopyDeviceToDeviceAsync(memory + (nint)step.Places.Targets, batch.Labels.Address, labelBytes, _device.Stream),
            "cuMemcpyDtoDAsync");
        CudaException.ThrowIfFailed(driver, driver.GraphLaunch(step.Graph, _device.Stream), "cuGraphLaunch");
    }

    // Returns where the numbers end.
    private long WriteNumbers(in StepKey key, in CapturedStep step, StagingBuffer staging, long leastUpdates)
    {
        EndRow();
        int rowBytes = step.RowBytes;
        for (int row = 0; row < _rowCount; row++)
        {
            if (_rowLengths[row] != rowBytes)
            {
                throw new InvalidOperationException($"A step has {_rowLengths[row]} bytes of numbers where its graph has {rowBytes}: {key} does not tell them apart.");
            }

            Span<byte> place = new(staging.Host + step.Places.Rows + (row * rowBytes), rowBytes);
            _rows.AsSpan(row * GraphConstants.RowBytes, rowBytes).CopyTo(place);
        }

        *(StepHeader*)staging.Host = new StepHeader { LeastUpdates = leastUpdates, RowBytes = rowBytes, RowCount = _rowCount };
        return step.Places.Rows + ((long)_rowCount * rowBytes);
    }

    // Copies a part of a buffer while the step before may still run; what comes next in the device's stream waits for it.
    private void CopyAndWait(StagingBuffer staging, long start, long end)
    {
        CudaDriverTable driver = _device.Driver;
        nint to = staging.Memory.Address + (nint)start;
        CudaException.ThrowIfFailed(
            driver, driver.CopyHostToDeviceAsync(to, staging.Host + start, (nuint)(end - start), _copies), "cuMemcpyHtoDAsync");
        CudaException.ThrowIfFailed(driver, driver.EventRecord(staging.Copied, _copies), "cuEventRecord");
        CudaException.ThrowIfFailed(driver, driver.StreamWaitEvent(_device.Stream, staging.Copied, 0), "cuStreamWaitEvent");
    }

    public override void Dispose()
    {
        using DeviceScope scope = _device.EnterToDispose();
        if (_isDisposed) return;
        _isDisposed = true;
        _device.Forget(this);
        _device.Driver.StreamSynchronize(_device.Stream);
        foreach (CapturedStep step in _graphs.Values) _device.Driver.GraphExecDestroy(step.Graph);
        _graphs.Clear();
        foreach (StagingBuffer? staging in _staging) staging?.Dispose();
        if (_copies != default) _device.Driver.StreamDestroy(_copies);
        _constants.Dispose();
    }

    private void EndRow()
    {
        if (_device.Constants.Recording is null) return;
        _rowLengths[_rowCount - 1] = _constants.Length;
        _device.Constants.Recording = null;
        _device.Launcher.IsSuppressed = false;
    }

    /// <summary>A step that can be replayed.</summary>
    /// <param name="Graph">Its graph.</param>
    /// <param name="RowBytes">Bytes of its numbers.</param>
    /// <param name="Places">Where the graph finds its batch, which has as many examples each time, and the numbers.</param>
    private readonly record struct CapturedStep(CudaGraphExec Graph, int RowBytes, StagingBuffer.Layout Places);
}
