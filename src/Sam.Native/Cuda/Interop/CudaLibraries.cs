namespace Sam.Native.Cuda;

/// <summary>Looks for the installed CUDA libraries. Nothing is loaded until one of these members is asked, and absence is a
/// value.</summary>
/// <remarks>Each library is looked for once a process and the outcome is kept. Safe to ask from several threads.</remarks>
/// <example>
/// <code>
/// LibraryProbe&lt;NvrtcTable&gt; nvrtc = CudaLibraries.Nvrtc;
/// Console.WriteLine(nvrtc.IsAvailable ? nvrtc.Path : nvrtc.Reason);
/// </code>
/// </example>
public static class CudaLibraries
{
    /// <summary>The environment variable that names a folder to look for NVRTC in first.</summary>
    public const string NvrtcPathVariable = "SAM_NVRTC_PATH";

    private static readonly Lazy<LibraryProbe<CudaDriverTable>> DriverProbe = new(LoadDriver);
    private static readonly Lazy<LibraryProbe<NvrtcTable>> NvrtcProbe = new(LoadNvrtc);
    private static readonly Lazy<LibraryProbe<CublasTable>> CublasProbe = new(LoadCublas);

    /// <summary>The CUDA driver: <c>libcuda.so.1</c> or <c>nvcuda.dll</c>. That it loads does not mean that a GPU answers: see
    /// <see cref="Probe"/>.</summary>
    public static LibraryProbe<CudaDriverTable> Driver => DriverProbe.Value;

    /// <summary>NVRTC: versions 13, 12 and 11.2, in the folder that <see cref="NvrtcPathVariable"/> names, in <c>.nvrtc</c> of the
    /// program's folder or one above it, then where the system looks.</summary>
    public static LibraryProbe<NvrtcTable> Nvrtc => NvrtcProbe.Value;

    /// <summary>cuBLAS: versions 13, 12 and 11 where the system looks.</summary>
    public static LibraryProbe<CublasTable> Cublas => CublasProbe.Value;

    /// <summary>Looks for the driver and asks it for GPUs.</summary>
    /// <returns>The driver's version and devices, or the reason why no device can be used. Never throws.</returns>
    public static CudaAvailability Probe() => CudaAvailability.Of(Driver);

    private static LibraryProbe<CudaDriverTable> LoadDriver() => LibraryLoader.Load(
        "The CUDA driver",
        OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"],
        entries => new CudaDriverTable(entries),
        "It comes with NVIDIA's display driver (version 525 or newer).");

    private static LibraryProbe<CublasTable> LoadCublas() => LibraryLoader.Load(
        "cuBLAS",
        OperatingSystem.IsWindows()
            ? ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"]
            : ["libcublas.so.13", "libcublas.so.12", "libcublas.so.11"],
        entries => new CublasTable(entries),
        "It comes with the CUDA toolkit, version 11.4 or newer.");

    private static LibraryProbe<NvrtcTable> LoadNvrtc() => LibraryLoader.Load(
        "NVRTC",
        NvrtcLocations.Candidates(),
        entries => new NvrtcTable(entries),
        $"It comes with the CUDA toolkit, version 11.2 or newer; {NvrtcPathVariable} can name the folder that it is in.");
}
