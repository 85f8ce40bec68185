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

    /// <summary>The environment variable that names a folder to look for cuBLAS in first.</summary>
    public const string CublasPathVariable = "SAM_CUBLAS_PATH";

    private static readonly Lazy<LibraryProbe<CudaDriverTable>> DriverProbe = new(LoadDriver);
    private static readonly Lazy<LibraryProbe<NvrtcTable>> NvrtcProbe = new(LoadNvrtc);
    private static readonly Lazy<LibraryProbe<CublasTable>> CublasProbe = new(LoadCublas);

    /// <summary>The CUDA driver: <c>libcuda.so.1</c> or <c>nvcuda.dll</c>. That it loads does not mean that a GPU answers: see
    /// <see cref="Probe"/>.</summary>
    public static LibraryProbe<CudaDriverTable> Driver => DriverProbe.Value;

    /// <summary>NVRTC: versions 13, 12 and 11.2, in the folder that <see cref="NvrtcPathVariable"/> names, in <c>.nvrtc</c> of the
    /// program's folder or one above it, then where the system looks. Where a driver is installed, none of a later CUDA release than the driver
    /// supports: that driver would refuse what it compiles.</summary>
    public static LibraryProbe<NvrtcTable> Nvrtc => NvrtcProbe.Value;

    /// <summary>cuBLAS: versions 13, 12 and 11, in the folder that <see cref="CublasPathVariable"/> names, then where the system looks. Where a
    /// driver is installed, none of a later CUDA release than the driver supports.</summary>
    public static LibraryProbe<CublasTable> Cublas => CublasProbe.Value;

    /// <summary>Looks for the driver and asks it for GPUs.</summary>
    /// <returns>The driver's version and devices, or the reason why no device can be used. Never throws.</returns>
    public static CudaAvailability Probe() => CudaAvailability.Of(Driver);

    // What the driver itself supports; asking needs no device.
    private static unsafe int DriverVersion
    {
        get
        {
            int version = 0;
            if (Driver.Table is { } driver) driver.DriverGetVersion(&version);
            return version;
        }
    }

    private static LibraryProbe<CudaDriverTable> LoadDriver() => LibraryLoader.Load(
        "The CUDA driver",
        OperatingSystem.IsWindows() ? [new LibraryCandidate("nvcuda.dll")] : [new LibraryCandidate("libcuda.so.1"), new LibraryCandidate("libcuda.so")],
        0,
        entries => new CudaDriverTable(entries),
        "It comes with NVIDIA's display driver (version 525 or newer).");

    private static LibraryProbe<CublasTable> LoadCublas() => LibraryLoader.Load(
        "cuBLAS",
        LibraryFolders.Cublas(),
        DriverVersion,
        entries => new CublasTable(entries),
        $"It comes with the CUDA toolkit, version 11.4 or newer; {CublasPathVariable} can name the folder that it is in.");

    private static LibraryProbe<NvrtcTable> LoadNvrtc() => LibraryLoader.Load(
        "NVRTC",
        NvrtcLocations.Candidates(),
        DriverVersion,
        entries => new NvrtcTable(entries),
        $"It comes with the CUDA toolkit, version 11.2 or newer; {NvrtcPathVariable} can name the folder that it is in.");
}
