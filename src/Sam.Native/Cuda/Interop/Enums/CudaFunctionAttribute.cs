namespace Sam.Native.Cuda;

/// <summary>What <c>cuFuncGetAttribute</c> can be asked for.</summary>
public enum CudaFunctionAttribute
{
    /// <summary>Threads of a block that the kernel can be launched with, at most.</summary>
    MaxThreadsPerBlock = 0,

    /// <summary>Bytes of shared memory that the kernel declares, without the launch's own.</summary>
    SharedSizeBytes = 1,

    /// <summary>Bytes of constant memory that the module declares.</summary>
    ConstantSizeBytes = 2,

    /// <summary>Bytes of local memory of one thread.</summary>
    LocalSizeBytes = 3,

    /// <summary>Registers of one thread.</summary>
    RegisterCount = 4,

    /// <summary>Ten times the PTX architecture: 80 for sm_80.</summary>
    PtxVersion = 5,

    /// <summary>Ten times the architecture that the code is for.</summary>
    BinaryVersion = 6,

    /// <summary>1 where the code was built to cache in level 1.</summary>
    CacheModeCa = 7,

    /// <summary>Bytes of shared memory that a launch may ask for; can be set.</summary>
    MaxDynamicSharedSizeBytes = 8,

    /// <summary>Share of level 1 used as shared memory in percent, -1 for the driver's choice; can be set.</summary>
    PreferredSharedMemoryCarveout = 9,
}
