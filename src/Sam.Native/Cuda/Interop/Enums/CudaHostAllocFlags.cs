namespace Sam.Native.Cuda;

/// <summary>How pinned host memory is allocated or registered.</summary>
[Flags]
public enum CudaHostAllocFlags : uint
{
    /// <summary>Pinned for the current context.</summary>
    None = 0,

    /// <summary>Pinned for every context.</summary>
    Portable = 1,

    /// <summary>Mapped into the device's address space.</summary>
    DeviceMap = 2,

    /// <summary>Fast for the device to read, slow for the host to read.</summary>
    WriteCombined = 4,
}
