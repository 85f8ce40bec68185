using System.Globalization;
using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>A CUDA device: its context, one stream that all work goes through in order, cuBLAS and the compiled kernels.</summary>
internal sealed unsafe partial class CudaAccelerator : Device
{
    // CUDA 12.0.
    private const int OldestVersion = 12000;

    private readonly Lock _gate = new();
    private readonly CudaDevice _handle;
    private readonly CudaContext _context;
    private readonly bool _ownsContext;
    private readonly bool _ownsStream;
    private readonly bool _hasPool;
    private readonly KernelImages _images;
    private readonly CudaKernels _kernels;
    private readonly Dictionary<Type, object> _bindings = [];
    private readonly HashSet<CudaStepGraphs> _graphs = [];
    private int _depth;
    private bool _hasPushed;
    private bool _disposed;

    public CudaAccelerator(CudaOptions options)
    {
        Options = options;
        Driver = options.Driver ?? CudaLibraries.Driver.Require();
        CheckVersion();
        CublasTable cublas = options.Cublas ?? CudaLibraries.Cublas.Require();
        _handle = options.Context == default ? Find(options.Ordinal) : DeviceOf(options.Context);
        Capability = new Version(
            Attribute(CudaDeviceAttribute.ComputeCapabilityMajor), Attribute(CudaDeviceAttribute.ComputeCapabilityMinor));
        Multiprocessors = Attribute(CudaDeviceAttribute.MultiprocessorCount);
        _hasPool = Attribute(CudaDeviceAttribute.MemoryPoolsSupported) != 0;
        Name = Describe();
        _context = options.Context;
        _ownsContext = options.Context == default;
        if (_ownsContext)
        {
            CudaContext context;
            CudaException.ThrowIfFailed(Driver, Driver.PrimaryContextRetain(&context, _handle), "cuDevicePrimaryCtxRetain");
            _context = context;
        }

        try
        {
            using DeviceScope scope = Enter();
            Stream = options.Stream;
            if (Stream == default)
            {
                CudaStream stream;
                CudaException.ThrowIfFailed(Driver, Driver.StreamCreate(&stream, CudaStreamFlags.NonBlocking), "cuStreamCreate");
                Stream = stream;
                _ownsStream = true;
            }

            NvrtcTable? nvrtc = options.IgnoreNvrtc ? null : options.Nvrtc ?? CudaLibraries.Nvrtc.Table;
            _images = new KernelImages(Driver, nvrtc, Capability, loadsMachineCode: options.Driver is null, options.CacheFolder);
            Launcher = new KernelLauncher(Driver, _images, Stream);
            Blas = new CublasContext(cublas, this);
            Constants = new ConstantMemory(this);
            _kernels = new CudaKernels(this);
        }
        catch
        {
            GiveBack();
            Release();
            throw;
        }
    }

    public CudaOptions Options { get; }

    public CudaDriverTable Driver { get; }

    /// <summary>Compute capability.</summary>
    public Version Capability { get; }

    public int Multiprocessors { get; }

    public CudaStream Stream { get; }

    public KernelLauncher Launcher { get; }

    public KernelImages Images => _images;

    public CublasContext Blas { get; }

    public ConstantMemory Constants { get; }

    public override string Name { get; }

    public override DeviceKernels Kernels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _kernels;
        }
    }

    /// <summary>The same, as what they are.</summary>
    public CudaKernels CudaKernels => _kernels;

    public override bool IsHostAccessible => false;

    internal override bool IsReplaying => Launcher.IsSuppressed;

    public override void Synchronize()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using DeviceScope scope = Enter();
        CudaException.ThrowIfFailed(Driver, Driver.StreamSynchronize(Stream), "cuStreamSynchronize");
    }

    public override void Dispose()
    {
        using (EnterToDispose())
        {
            if (_disposed) return;

            // A device that was lost answers every call with its error; what can be given back is given back all the same.
            Driver.StreamSynchronize(Stream);
            foreach (CudaStepGraphs graphs in _graphs.ToArray()) graphs.Dispose();
            _kernels.Dispose();
            Blas.Dispose();
            Constants.Dispose();
            FreeRest();
            Driver.StreamSynchronize(Stream);
            _images.Dispose();
            if (_ownsStream) Driver.StreamDestroy(Stream);
            _disposed = true;
        }

        Release();
    }

    /// <summary>The one object of a type that launches kernels of this device, made where it is not there yet.</summary>
    public T Bindings<T>(Func<KernelLauncher, T> make)
        where T : class
    {
        if (_bindings.TryGetValue(typeof(T), out object? known)) return (T)known;
        ArgumentNullException.ThrowIfNull(make);
        T made = make(Launcher);
        _bindings.Add(typeof(T), made);
        return made;
    }

    internal override StepGraphs CreateStepGraphs(Model model, DevicePointer<StepState> state)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CudaStepGraphs graphs = new(this, model, state);
        _graphs.Add(graphs);
        Setup?.Add(graphs);
        return graphs;
    }

    /// <summary>Forgets graphs that gave back what they had.</summary>
    internal void Forget(CudaStepGraphs graphs) => _graphs.Remove(graphs);

    internal override DeviceScope Enter()
    {
        _gate.Enter();
        CudaResult result = CudaResult.Success;
        if (_depth == 0)
        {
            if (_disposed)
            {
                _gate.Exit();
                throw new ObjectDisposedException(Name);
            }

            result = Driver.ContextPush(_context);
            _hasPushed = result == CudaResult.Success;
        }

        if (result != CudaResult.Success)
        {
            _gate.Exit();
            CudaException.ThrowIfFailed(Driver, result, "cuCtxPushCurrent");
        }

        _depth++;
        return new DeviceScope(this);
    }

    /// <summary>Begins to give things back. That goes on where the context cannot be made current: a driver that reports an older fault at this
    /// call may answer the next one, and if it does not, there is nothing left to give back.</summary>
    internal DeviceScope EnterToDispose()
    {
        _gate.Enter();
        if (_depth++ == 0)
        {
            _hasPushed = !_disposed && (Driver.ContextPush(_context) == CudaResult.Success || Driver.ContextPush(_context) == CudaResult.Success);
        }

        return new DeviceScope(this);
    }

    internal override void Leave()
    {
        // A context that could not be pushed is not popped: the program's own may be the one that is current.
        if (--_depth == 0 && _hasPushed)
        {
            CudaContext context;
            Driver.ContextPop(&context);
        }

        _gate.Exit();
    }

    // Of what is asked before the first kernel, the version says best what is wrong.
    private void CheckVersion()
    {
        int version;
        CudaException.ThrowIfFailed(Driver, Driver.DriverGetVersion(&version), "cuDriverGetVersion");
        if (version < OldestVersion)
        {
            throw new PlatformNotSupportedException(
                $"The CUDA driver supports CUDA {CudaAvailability.Version(version)}; kernels here need {CudaAvailability.Version(OldestVersion)} or later, "
                + $"whose PTX is of version {NvrtcOutput.PortableVersion}. Install NVIDIA's display driver 525 or newer.");
        }
    }

    private CudaDevice Find(int ordinal)
    {
        CudaException.ThrowIfFailed(Driver, Driver.Init(0), "cuInit(0)");
        int count;
        CudaException.ThrowIfFailed(Driver, Driver.DeviceGetCount(&count), "cuDeviceGetCount");
        if (count == 0) throw new PlatformNotSupportedException("The CUDA driver has no device.");
        if (ordinal < 0 || ordinal >= count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(CudaOptions.Ordinal), ordinal, string.Create(CultureInfo.InvariantCulture, $"The devices are numbered 0 to {count - 1}."));
        }

        CudaDevice device;
        CudaException.ThrowIfFailed(Driver, Driver.DeviceGet(&device, ordinal), "cuDeviceGet");
        return device;
    }

    // Whatever number the options have: the context knows its device.
    private CudaDevice DeviceOf(CudaContext context)
    {
        CudaException.ThrowIfFailed(Driver, Driver.Init(0), "cuInit(0)");
        CudaException.ThrowIfFailed(Driver, Driver.ContextPush(context), "cuCtxPushCurrent");
        CudaDevice device;
        CudaResult result = Driver.ContextGetDevice(&device);
        CudaContext popped;
        Driver.ContextPop(&popped);
        CudaException.ThrowIfFailed(Driver, result, "cuCtxGetDevice");
        return device;
    }

    private int Attribute(CudaDeviceAttribute attribute)
    {
        int value;
        CudaException.ThrowIfFailed(Driver, Driver.DeviceGetAttribute(&value, attribute, _handle), "cuDeviceGetAttribute");
        return value;
    }

    private string Describe()
    {
        const int NameBytes = 128;
        byte* text = stackalloc byte[NameBytes];
        CudaException.ThrowIfFailed(Driver, Driver.DeviceGetName(text, NameBytes, _handle), "cuDeviceGetName");
        nuint bytes;
        CudaException.ThrowIfFailed(Driver, Driver.DeviceTotalMemory(&bytes, _handle), "cuDeviceTotalMem");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"CUDA ({Marshal.PtrToStringUTF8((nint)text)}, compute capability {Capability}, {Multiprocessors} multiprocessors, {bytes / 1073741824.0:0.0} GiB)");
    }

    // After a failed set-up: what is not given back here is lost with the error that led here.
    private void GiveBack()
    {
        using DeviceScope scope = EnterToDispose();
        Constants?.Dispose();
        Blas?.Dispose();
        FreeRest();
        _images?.Dispose();
        if (_ownsStream) Driver.StreamDestroy(Stream);
    }

    private void Release()
    {
        if (_ownsContext) Driver.PrimaryContextRelease(_handle);
    }
}
