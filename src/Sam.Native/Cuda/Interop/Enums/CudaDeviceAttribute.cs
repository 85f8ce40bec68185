namespace Sam.Native.Cuda;

/// <summary>What <c>cuDeviceGetAttribute</c> can be asked for (the ones that this library uses or the emulator answers).</summary>
public enum CudaDeviceAttribute
{
    /// <summary>Threads in one block, at most.</summary>
    MaxThreadsPerBlock = 1,

    /// <summary>Threads of a block along x, at most.</summary>
    MaxBlockDimX = 2,

    /// <summary>Threads of a block along y, at most.</summary>
    MaxBlockDimY = 3,

    /// <summary>Threads of a block along z, at most.</summary>
    MaxBlockDimZ = 4,

    /// <summary>Blocks of a grid along x, at most.</summary>
    MaxGridDimX = 5,

    /// <summary>Blocks of a grid along y, at most.</summary>
    MaxGridDimY = 6,

    /// <summary>Blocks of a grid along z, at most.</summary>
    MaxGridDimZ = 7,

    /// <summary>Bytes of shared memory a block has without opting in to more.</summary>
    MaxSharedMemoryPerBlock = 8,

    /// <summary>Bytes of constant memory a module may define.</summary>
    TotalConstantMemory = 9,

    /// <summary>Threads of a warp: 32.</summary>
    WarpSize = 10,

    /// <summary>Bytes of pitch that copies accept, at most.</summary>
    MaxPitch = 11,

    /// <summary>32-bit registers of one block, at most.</summary>
    MaxRegistersPerBlock = 12,

    /// <summary>Peak clock of the processors in kHz.</summary>
    ClockRate = 13,

    /// <summary>Bytes that texture addresses are aligned to.</summary>
    TextureAlignment = 14,

    /// <summary>Streaming multiprocessors.</summary>
    MultiprocessorCount = 16,

    /// <summary>1 where the system ends kernels that run long.</summary>
    KernelExecTimeout = 17,

    /// <summary>1 where device and host share memory.</summary>
    Integrated = 18,

    /// <summary>1 where host memory can be mapped.</summary>
    CanMapHostMemory = 19,

    /// <summary>0 default, 2 prohibited, 3 one process only.</summary>
    ComputeMode = 20,

    /// <summary>1 where kernels of several streams run together.</summary>
    ConcurrentKernels = 31,

    /// <summary>1 where memory is protected by ECC.</summary>
    EccEnabled = 32,

    /// <summary>Number of the PCI bus.</summary>
    PciBusId = 33,

    /// <summary>Number of the device on the PCI bus.</summary>
    PciDeviceId = 34,

    /// <summary>Peak clock of the memory in kHz.</summary>
    MemoryClockRate = 36,

    /// <summary>Width of the memory bus in bits.</summary>
    GlobalMemoryBusWidth = 37,

    /// <summary>Bytes of the level-2 cache.</summary>
    L2CacheSize = 38,

    /// <summary>Threads that one multiprocessor holds at once.</summary>
    MaxThreadsPerMultiprocessor = 39,

    /// <summary>Copies that run beside kernels.</summary>
    AsyncEngineCount = 40,

    /// <summary>1 where host and device share one address space.</summary>
    UnifiedAddressing = 41,

    /// <summary>Number of the PCI domain.</summary>
    PciDomainId = 50,

    /// <summary>The 8 of compute capability 8.6.</summary>
    ComputeCapabilityMajor = 75,

    /// <summary>The 6 of compute capability 8.6.</summary>
    ComputeCapabilityMinor = 76,

    /// <summary>1 where streams have priorities.</summary>
    StreamPrioritiesSupported = 78,

    /// <summary>1 where global loads are cached in level 1.</summary>
    GlobalL1CacheSupported = 79,

    /// <summary>1 where local loads are cached in level 1.</summary>
    LocalL1CacheSupported = 80,

    /// <summary>Bytes of shared memory of one multiprocessor.</summary>
    MaxSharedMemoryPerMultiprocessor = 81,

    /// <summary>32-bit registers of one multiprocessor.</summary>
    MaxRegistersPerMultiprocessor = 82,

    /// <summary>1 where managed memory can be allocated.</summary>
    ManagedMemory = 83,

    /// <summary>1 where the device reaches ordinary host memory.</summary>
    PageableMemoryAccess = 88,

    /// <summary>1 where host and device reach managed memory at the same time.</summary>
    ConcurrentManagedAccess = 89,

    /// <summary>1 where grid-wide barriers can be launched.</summary>
    CooperativeLaunch = 95,

    /// <summary>Bytes of shared memory that a kernel can opt in to.</summary>
    MaxSharedMemoryPerBlockOptin = 97,

    /// <summary>Blocks that one multiprocessor holds at once.</summary>
    MaxBlocksPerMultiprocessor = 106,

    /// <summary>Bytes of shared memory that the driver keeps of each block.</summary>
    ReservedSharedMemoryPerBlock = 111,

    /// <summary>1 where stream-ordered allocation works.</summary>
    MemoryPoolsSupported = 115,
}
