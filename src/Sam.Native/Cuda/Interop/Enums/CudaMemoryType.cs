namespace Sam.Native.Cuda;

/// <summary>Where a pointer's memory is.</summary>
public enum CudaMemoryType
{
    /// <summary>Not known to the driver.</summary>
    Unknown = 0,

    /// <summary>Pinned host memory.</summary>
    Host = 1,

    /// <summary>Device memory.</summary>
    Device = 2,

    /// <summary>A CUDA array.</summary>
    Array = 3,

    /// <summary>Managed memory.</summary>
    Unified = 4,
}
