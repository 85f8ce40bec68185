using Sam.Native.Cpu;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>CUDA devices in software behind the CUDA driver's own functions: runs, checks and counts real PTX without a GPU.</summary>
/// <remarks>
/// <para>The functions in <see cref="Driver"/> and <see cref="Cublas"/> answer as the real ones do, error codes included. Work in a
/// stream runs at
/// the call that submits it, so a stream is always done; captures, graphs, events and waits follow the driver's rules.</para>
/// <para>The tables hold plain C functions, which know no instance. A call goes to the instance of the thread's current context; calls
/// that need
/// no context go to the instance that the calling flow used last: the one made in it, or the one whose context it made current, or the
/// one that <see cref="MakeCurrent"/> names, or else the only one there is. Several instances may live in one process.</para>
/// </remarks>
/// <example>
/// <code>
/// using EmulatedCuda cuda = new();
/// CudaDriverTable driver = cuda.Driver;     // the same table that a GPU's driver fills
/// ...
/// cuda.ThrowIfAnyFinding();
/// Console.WriteLine(cuda.Ledger);
/// </code>
/// </example>
public sealed class EmulatedCuda : IDisposable
{
    private const int RememberedRefusals = 64;

    private static readonly AsyncLocal<EmulatedCuda?> LastUsed = new();
    private static readonly Lock LiveGate = new();
    private static readonly List<EmulatedCuda> Live = [];

    private readonly List<Finding> _findings = [];
    private readonly Queue<Refusal> _refusals = new();
    private readonly List<EmulatedContext> _contexts = [];
    private WorkerTeam? _team;

    /// <summary>Makes devices, and makes them those that the calling flow's calls go to.</summary>
    /// <param name="options">How they are; null for one device of compute capability 8.0 with every check on.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public EmulatedCuda(EmulatedCudaOptions? options = null)
    {
        Options = options ?? new EmulatedCudaOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Threads, 1, nameof(options));
        foreach (EmulatedDeviceOptions device in Options.Devices) device.Check();

        Ledger = new CudaLedger(Gate);
        lock (LiveGate)
        {
            Slot = Enumerable.Range(0, int.MaxValue).First(slot => Live.TrueForAll(other => other.Slot != slot));
            Live.Add(this);
        }

        Devices = [.. Options.Devices.Select((device, ordinal) => new EmulatedDevice(this, device, ordinal))];
        MakeCurrent();
    }

    /// <summary>How the devices were made.</summary>
    public EmulatedCudaOptions Options { get; }

    /// <summary>The functions of the driver.</summary>
    public CudaDriverTable Driver => DriverFunctions.Table;

    /// <summary>The functions of cuBLAS.</summary>
    public CublasTable Cublas => CublasFunctions.Table;

    /// <summary>The functions of the real NVRTC, which needs no GPU, where it is installed.</summary>
    public LibraryProbe<NvrtcTable> Nvrtc => CudaLibraries.Nvrtc;

    /// <summary>What was asked of the devices and what the kernels did.</summary>
    public CudaLedger Ledger { get; }

    /// <summary>Failures on demand.</summary>
    public EmulatedFaults Faults { get; } = new();

    /// <summary>Every mistake found so far, oldest first. A copy.</summary>
    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (Gate) return [.. _findings];
        }
    }

    /// <summary>The latest calls that were answered with an error, with the reason of each; oldest first, 64 at most. A copy.</summary>
    public IReadOnlyList<Refusal> Refusals
    {
        get
        {
            lock (Gate) return [.. _refusals];
        }
    }

    /// <summary>Held while a call of this instance runs.</summary>
    internal Lock Gate { get; } = new();

    internal IReadOnlyList<EmulatedDevice> Devices { get; }

    /// <summary>The threads that cuBLAS's products are computed by.</summary>
    internal WorkerTeam Team => _team ??= new WorkerTeam(Options.Threads);

    internal bool IsInitialised { get; set; }

    internal bool IsDisposed { get; private set; }

    /// <summary>Tells the instances apart in device numbers.</summary>
    internal int Slot { get; }

    /// <summary>Captures that have not ended, in any context.</summary>
    internal List<CaptureSession> Captures { get; } = [];

    /// <summary>Sends the calling flow's calls here, and leaves it without a current context where that is another instance's.</summary>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        NoteUse();
        if (DriverThread.Current is { } context && context.Instance != this) DriverThread.SetCurrent(null);
        NoteUse();
    }

    /// <summary>Throws where the emulator found any mistake. For the end of a test.</summary>
    /// <exception cref="FindingException">Something was found; the message lists it.</exception>
    public void ThrowIfAnyFinding()
    {
        IReadOnlyList<Finding> findings = Findings;
        if (findings.Count > 0) throw new FindingException(findings);
    }

    /// <summary>Forgets the findings and refusals so far.</summary>
    public void ClearFindings()
    {
        lock (Gate)
        {
            _findings.Clear();
            _refusals.Clear();
        }
    }

    /// <summary>Ends every context that is left and gives all memory back. <see cref="Findings"/> and <see cref="Ledger"/> stay readable,
    /// and hold what the end itself brought to light.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (IsDisposed) return;
            foreach (EmulatedContext context in _contexts.ToArray()) context.End(atDispose: true);
            IsDisposed = true;
            foreach (EmulatedDevice device in Devices) device.Dispose();
            _team?.Dispose();
        }

        lock (LiveGate) Live.Remove(this);
        if (LastUsed.Value == this) LastUsed.Value = null;
    }

    /// <summary>The instance that a call without a context is for.</summary>
    /// <param name="function">The C name of the function, for the finding where there is none.</param>
    /// <returns>The instance; null where it cannot be told.</returns>
    internal static EmulatedCuda? Resolve(string function)
    {
        if (LastUsed.Value is { IsDisposed: false } used) return used;
        if (DriverThread.Current is { } context) return context.Instance;
        EmulatedCuda[] all;
        lock (LiveGate) all = [.. Live];
        if (all.Length == 1) return all[0];
        foreach (EmulatedCuda instance in all)
        {
            instance.Report(new Finding(
                FindingKind.NoInstance,
                $"{function} was called where {all.Length} emulated instances live and none is current: call MakeCurrent() in that flow."));
        }

        return null;
    }

    /// <summary>The device with a number, of any instance.</summary>
    /// <param name="device">A number from <c>cuDeviceGet</c>.</param>
    /// <returns>The device; null where there is none.</returns>
    internal static EmulatedDevice? FindDevice(CudaDevice device)
    {
        lock (LiveGate)
        {
            EmulatedCuda? instance = Live.Find(other => other.Slot == device.Value >> EmulatedDevice.OrdinalBits);
            int ordinal = device.Value & ((1 << EmulatedDevice.OrdinalBits) - 1);
            return instance is not null && ordinal < instance.Devices.Count ? instance.Devices[ordinal] : null;
        }
    }

    /// <summary>Remembers that the calling flow uses this instance.</summary>
    internal void NoteUse()
    {
        if (LastUsed.Value != this) LastUsed.Value = this;
    }

    internal void Add(EmulatedContext context) => _contexts.Add(context);

    internal void Remove(EmulatedContext context) => _contexts.Remove(context);

    internal void Report(Finding finding)
    {
        lock (Gate) _findings.Add(finding);
    }

    internal void Refuse(string function, int code, string reason)
    {
        if (_refusals.Count == RememberedRefusals) _refusals.Dequeue();
        _refusals.Enqueue(new Refusal(function, code, reason));
    }

    /// <summary>The capture that forbids the calling thread an unsafe call; null for none.</summary>
    internal CaptureSession? ForbiddingCapture()
    {
        if (Captures.Count == 0 || DriverThread.CaptureMode == CudaCaptureMode.Relaxed) return null;
        int thread = Environment.CurrentManagedThreadId;
        foreach (CaptureSession session in Captures)
        {
            bool own = session.ThreadId == thread && session.Mode != CudaCaptureMode.Relaxed;
            bool global = session.Mode == CudaCaptureMode.Global && DriverThread.CaptureMode == CudaCaptureMode.Global;
            if (own || global) return session;
        }

        return null;
    }
}
