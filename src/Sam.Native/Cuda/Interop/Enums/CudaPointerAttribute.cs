namespace Sam.Native.Cuda;

/// <summary>What <c>cuPointerGetAttribute</c> can be asked for.</summary>
public enum CudaPointerAttribute
{
    /// <summary>The context that owns the memory (CUcontext).</summary>
    Context = 1,

    /// <summary>Where the memory is (unsigned, see <see cref="CudaMemoryType"/>).</summary>
    MemoryType = 2,

    /// <summary>The address that the device uses (CUdeviceptr).</summary>
    DevicePointer = 3,

    /// <summary>The address that the host uses (void*).</summary>
    HostPointer = 4,

    /// <summary>Whether the memory is managed (unsigned).</summary>
    IsManaged = 8,

    /// <summary>The device that owns the memory (int).</summary>
    DeviceOrdinal = 9,

    /// <summary>The first address of the allocation (CUdeviceptr).</summary>
    RangeStart = 11,

    /// <summary>The bytes of the allocation (size_t).</summary>
    RangeSize = 12,

    /// <summary>Whether the device reaches the memory (unsigned).</summary>
    Mapped = 13,
}
