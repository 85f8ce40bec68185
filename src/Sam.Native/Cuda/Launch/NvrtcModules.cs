using System.Security.Cryptography;
using System.Text;

namespace Sam.Native.Cuda;

/// <summary>Compiles files of kernels with NVRTC when they are first asked for and keeps the modules; without NVRTC, loads PTX made
/// ahead.</summary>
/// <remarks>Modules live in the context that is current when they are loaded, and must be asked for and disposed of with it current.
/// Thread-safe.</remarks>
public sealed unsafe class NvrtcModules : IKernelModules, IDisposable
{
    private readonly CudaDriverTable _driver;
    private readonly NvrtcCompiler? _compiler;
    private readonly IReadOnlyList<string> _options;
    private readonly IReadOnlyList<KeyValuePair<string, string>>? _headers;
    private readonly KernelCache? _cache;
    private readonly Dictionary<(string Content, string Defines), CudaModule> _modules = [];
    private readonly Lock _gate = new();

    /// <summary>Makes an empty cache.</summary>
    /// <param name="driver">The driver's functions, of a GPU or of an emulator.</param>
    /// <param name="nvrtc">The compiler's functions; null to load PTX made ahead only.</param>
    /// <param name="options">Compiler options for every file, such as <c>--gpu-architecture=compute_80</c>.</param>
    /// <param name="headers">Headers that the files may include, as pairs of name and text; null for none.</param>
    public NvrtcModules(
        CudaDriverTable driver,
        NvrtcTable? nvrtc,
        IReadOnlyList<string> options,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null)
        : this(driver, nvrtc, options, headers, null)
    {
    }

    internal NvrtcModules(
        CudaDriverTable driver,
        NvrtcTable? nvrtc,
        IReadOnlyList<string> options,
        IReadOnlyList<KeyValuePair<string, string>>? headers,
        KernelCache? cache)
    {
        ArgumentNullException.ThrowIfNull(driver);
        ArgumentNullException.ThrowIfNull(options);
        _driver = driver;
        _compiler = nvrtc is null ? null : new NvrtcCompiler(nvrtc);
        _options = options;
        _headers = headers;
        _cache = cache;
    }

    /// <summary>How many files the compiler was asked for, found in no cache.</summary>
    internal int CompilationCount { get; private set; }

    /// <inheritdoc/>
    public CudaModule Load(in KernelSource source)
    {
        (string, string) key = (Convert.ToHexString(SHA256.HashData(source.Text)), source.Defines);
        lock (_gate)
        {
            if (_modules.TryGetValue(key, out CudaModule known)) return known;
            CudaModule module = LoadImage(Image(source), source.Name);
            _modules.Add(key, module);
            return module;
        }
    }

    /// <summary>Unloads every module. Kernels of them must not be launched any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (CudaModule module in _modules.Values) _driver.ModuleUnload(module);
            _modules.Clear();
        }
    }

    private byte[] Image(in KernelSource source)
    {
        if (_compiler is null) return MadeAhead(source);
        string[] options = [.. _options, .. source.Defines.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (_cache is null) return Compile(_compiler, source, options);
        string key = KernelCache.Key(source, options, _headers, _compiler.Version);
        if (_cache.Read(key) is { } known) return known;
        byte[] image = Compile(_compiler, source, options);
        _cache.Write(key, image);
        return image;
    }

    private byte[] Compile(NvrtcCompiler compiler, in KernelSource source, string[] options)
    {
        CompilationCount++;
        NvrtcOutput output = compiler.Compile(source.Text, source.Name, options, _headers);
        return output.Cubin.Length > 0 ? output.Cubin : output.Ptx;
    }

    private static byte[] MadeAhead(in KernelSource source)
    {
        if (source.Ptx.IsEmpty || source.Defines.Length > 0)
        {
            string why = source.Ptx.IsEmpty ? "has no PTX made ahead" : $"has PTX made ahead for other constants than{source.Defines}";
            throw new PlatformNotSupportedException($"{source.Name} {why}, and there is no NVRTC to compile it.");
        }

        byte[] image = new byte[source.Ptx.Length + 1];
        source.Ptx.CopyTo(image);
        return image;
    }

    // A driver that is older than the compiler of the PTX says no more than that it does not take it.
    private string Versions(CudaResult result, byte[] image)
    {
        int version = 0;
        return result is CudaResult.UnsupportedPtxVersion or CudaResult.InvalidPtx && NvrtcOutput.VersionOf(image) is { } ptx
            && _driver.DriverGetVersion(&version) == CudaResult.Success
            ? $"The PTX is of version {ptx}; the driver supports CUDA {CudaAvailability.Version(version)}. "
            : "";
    }

    private CudaModule LoadImage(byte[] image, string name)
    {
        const int LogBytes = 8192;
        byte[] log = new byte[LogBytes];
        CudaModule module;
        CudaResult result;
        fixed (byte* bytes = image, text = log)
        {
            CudaJitOption* options = stackalloc CudaJitOption[] { CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferSizeBytes };
            void** values = stackalloc void*[] { text, (void*)LogBytes };
            result = _driver.ModuleLoadDataEx(&module, bytes, 2, options, values);
        }

        if (result == CudaResult.Success) return module;
        int length = log.AsSpan().IndexOf((byte)0);
        string said = Encoding.UTF8.GetString(log, 0, Math.Max(0, length));
        throw CudaException.Of(_driver, result, $"cuModuleLoadDataEx({name})", Versions(result, image) + said);
    }
}
