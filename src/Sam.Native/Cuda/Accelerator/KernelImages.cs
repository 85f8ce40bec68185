using System.Globalization;
using System.Reflection;

namespace Sam.Native.Cuda;

/// <summary>The compiled kernels of a device: by NVRTC for its architecture where that is there, else the PTX made ahead.</summary>
internal sealed class KernelImages : IKernelModules, IDisposable
{
    private readonly NvrtcModules _modules;

    /// <summary>Opens the cache and the compiler; compiles nothing yet.</summary>
    /// <param name="driver">The driver's functions.</param>
    /// <param name="nvrtc">The compiler's; null to load what was made ahead.</param>
    /// <param name="capability">Compute capability of the device.</param>
    /// <param name="loadsMachineCode">Whether the driver loads machine code too: a GPU's does, an emulator may know PTX only.</param>
    /// <param name="cacheFolder">Folder of compiled kernels; null for the user's, empty for none.</param>
    public KernelImages(CudaDriverTable driver, NvrtcTable? nvrtc, Version capability, bool loadsMachineCode, string? cacheFolder)
    {
        IReadOnlyList<int> architectures = nvrtc is null ? [] : new NvrtcCompiler(nvrtc).Architectures;
        string architecture = Architecture(capability, architectures, loadsMachineCode);
        _modules = new NvrtcModules(driver, nvrtc, Options(architecture), Headers, KernelCache.Open(cacheFolder));
    }

    /// <summary>The headers that kernels include.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(static name => name.EndsWith(".cuh", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static name => KeyValuePair.Create(name, ReadHeader(name))),
    ];

    /// <summary>How many files were compiled, found in no cache.</summary>
    public int CompilationCount => _modules.CompilationCount;

    /// <summary>The architecture to compile for: the device's own as machine code, which needs no further translation and no driver as
    /// new as the compiler; PTX of the newest one below it where the compiler does not know the device yet.</summary>
    /// <param name="capability">Compute capability of the device.</param>
    /// <param name="supported">What the compiler knows, in ascending order; empty where there is none.</param>
    /// <param name="loadsMachineCode">Whether machine code is any use.</param>
    /// <returns>Such as <c>sm_90</c> or <c>compute_90</c>.</returns>
    public static string Architecture(Version capability, IReadOnlyList<int> supported, bool loadsMachineCode)
    {
        int own = (capability.Major * 10) + capability.Minor;
        if (supported.Contains(own)) return string.Create(CultureInfo.InvariantCulture, $"{(loadsMachineCode ? "sm" : "compute")}_{own}");

        // Below the oldest one nothing that is compiled would load; the driver says so better than a guess here.
        int nearest = supported.Where(other => other < own).DefaultIfEmpty(supported.Count > 0 ? supported[0] : own).Max();
        return string.Create(CultureInfo.InvariantCulture, $"compute_{nearest}");
    }

    /// <summary>What the kernels are compiled with.</summary>
    /// <param name="architecture">Such as <c>compute_80</c>.</param>
    public static IReadOnlyList<string> Options(string architecture) =>
        [$"--gpu-architecture={architecture}", "-default-device", "--std=c++17", "--fmad=false"];

    public CudaModule Load(in KernelSource source) => _modules.Load(source);

    public void Dispose() => _modules.Dispose();

    private static string ReadHeader(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The header {name} is not in the assembly.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
