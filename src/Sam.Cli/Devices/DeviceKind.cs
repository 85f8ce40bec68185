namespace Sam.Cli.Devices;

/// <summary>Where models are trained.</summary>
internal enum DeviceKind
{
    /// <summary>CUDA where it can be used, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first GPU of the CUDA driver.</summary>
    Cuda,

    /// <summary>The CUDA device in software.</summary>
    Emulated,
}
