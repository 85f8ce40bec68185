namespace Sam.Native.Cuda;

/// <summary>How a CUDA device is set up.</summary>
/// <example>
/// <code>
/// using var device = Device.Cuda(new CudaOptions { Ordinal = 1, Precision = CudaPrecision.Tf32 });
/// </code>
/// </example>
public sealed record CudaOptions
{
    /// <summary>Which device of the driver, from 0. Of no meaning where a <see cref="Context"/> is given, which belongs to a device already.</summary>
    public int Ordinal { get; init; }

    /// <summary>A context of the program's own to work in, such as TorchSharp's or ManagedCuda's; none takes the device's primary
    /// context, which
    /// the runtime API shares. It must outlive the device, which never resets or destroys it.</summary>
    public CudaContext Context { get; init; }

    /// <summary>A stream of the program's own to work in, in order with what else is in it; none makes one. It must belong to
    /// <see cref="Context"/>, or to the primary context where that is not given, and outlive the device.</summary>
    public CudaStream Stream { get; init; }

    /// <summary>What products of matrices and convolutions round their operands to. Float32 unless set: no rounding. Others are used on devices of
    /// compute capability 8.0 or later; older ones compute in float32.</summary>
    public CudaPrecision Precision { get; init; }

    /// <summary>The driver's functions; null takes the installed driver. An emulated device has its own.</summary>
    public CudaDriverTable? Driver { get; init; }

    /// <summary>cuBLAS's functions; null takes the installed library.</summary>
    public CublasTable? Cublas { get; init; }

    /// <summary>NVRTC's functions; null takes the installed library, and without one the PTX that was made ahead.</summary>
    public NvrtcTable? Nvrtc { get; init; }

    /// <summary>Runs the PTX that was made ahead even where NVRTC is there.</summary>
    public bool IgnoreNvrtc { get; init; }

    /// <summary>Folder of compiled kernels that later runs take up; null for the user's cache folder, empty for none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The folder of compiled kernels in the user's cache folder; empty where there is none.</summary>
    public static string DefaultCacheFolder => KernelCache.DefaultFolder;
}
