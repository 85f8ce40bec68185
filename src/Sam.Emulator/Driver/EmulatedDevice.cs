using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>One device: its limits, its memory and its primary context.</summary>
internal sealed class EmulatedDevice : IDisposable
{
    /// <summary>Bits of a device number that hold the ordinal; above them is the instance, which is 0 for the first.</summary>
    internal const int OrdinalBits = 8;

    internal EmulatedDevice(EmulatedCuda instance, EmulatedDeviceOptions options, int ordinal)
    {
        Instance = instance;
        Options = options;
        Ordinal = ordinal;
        Limits = ArchitectureLimits.Of(options.Architecture);
        Memory = new GlobalMemory((instance.Options.Checks & CheckSet.Uninitialised) != 0);
        Execution = new ExecutionOptions
        {
            Checks = instance.Options.Checks,
            Order = instance.Options.Order,
            OrderSeed = instance.Options.OrderSeed,
            TimeLimit = instance.Options.TimeLimit,
            Threads = instance.Options.Threads,
            StackBytes = instance.Options.StackBytes,
            MultiprocessorCount = options.MultiprocessorCount,
        };
        Pool = new EmulatedPool(this);
    }

    internal EmulatedCuda Instance { get; }

    internal EmulatedDeviceOptions Options { get; }

    internal int Ordinal { get; }

    internal ArchitectureLimits Limits { get; }

    internal GlobalMemory Memory { get; }

    internal ExecutionOptions Execution { get; }

    internal EmulatedPool Pool { get; }

    /// <summary>The number that <c>cuDeviceGet</c> gives.</summary>
    internal CudaDevice Id => new((Instance.Slot << OrdinalBits) | Ordinal);

    /// <summary>The primary context; null while nobody retains it.</summary>
    internal EmulatedContext? Primary { get; set; }

    /// <summary>How often the primary context is retained.</summary>
    internal int PrimaryRetains { get; set; }

    /// <summary>Everything allocated on the device or pinned for it, by address.</summary>
    internal Dictionary<nint, EmulatedAllocation> Allocations { get; } = [];

    /// <summary>Bytes of device memory in use.</summary>
    internal long UsedBytes { get; set; }

    /// <summary>Bytes of device memory that can be used.</summary>
    internal long TotalBytes => Math.Min(Options.MemoryBytes, Instance.Faults.MemoryLimitBytes ?? long.MaxValue);

    /// <summary>The value of an attribute.</summary>
    /// <param name="attribute">Which.</param>
    /// <returns>The value; null where the emulator has no answer.</returns>
    internal int? Attribute(CudaDeviceAttribute attribute) => attribute switch
    {
        CudaDeviceAttribute.MaxThreadsPerBlock => ArchitectureLimits.ThreadsPerBlock,
        CudaDeviceAttribute.MaxBlockDimX => ArchitectureLimits.MaxBlockX,
        CudaDeviceAttribute.MaxBlockDimY => ArchitectureLimits.MaxBlockY,
        CudaDeviceAttribute.MaxBlockDimZ => ArchitectureLimits.MaxBlockZ,
        CudaDeviceAttribute.MaxGridDimX => ArchitectureLimits.MaxGridX,
        CudaDeviceAttribute.MaxGridDimY or CudaDeviceAttribute.MaxGridDimZ => ArchitectureLimits.MaxGridYZ,
        CudaDeviceAttribute.MaxSharedMemoryPerBlock => ArchitectureLimits.SharedPerBlock,
        CudaDeviceAttribute.TotalConstantMemory => ArchitectureLimits.ConstantBytes,
        CudaDeviceAttribute.WarpSize => ArchitectureLimits.WarpSize,
        CudaDeviceAttribute.MaxPitch => int.MaxValue,
        CudaDeviceAttribute.MaxRegistersPerBlock => ArchitectureLimits.RegistersPerMultiprocessor,
        CudaDeviceAttribute.MaxRegistersPerMultiprocessor => ArchitectureLimits.RegistersPerMultiprocessor,
        CudaDeviceAttribute.ClockRate => 1_000_000,
        CudaDeviceAttribute.MemoryClockRate => 1_000_000,
        CudaDeviceAttribute.GlobalMemoryBusWidth => 256,
        CudaDeviceAttribute.TextureAlignment => 512,
        CudaDeviceAttribute.MultiprocessorCount => Options.MultiprocessorCount,
        CudaDeviceAttribute.KernelExecTimeout => Instance.Options.TimeLimit is null ? 0 : 1,
        CudaDeviceAttribute.Integrated or CudaDeviceAttribute.ComputeMode or CudaDeviceAttribute.EccEnabled => 0,
        CudaDeviceAttribute.PciBusId or CudaDeviceAttribute.PciDomainId => 0,
        CudaDeviceAttribute.PciDeviceId => Ordinal,
        CudaDeviceAttribute.CanMapHostMemory or CudaDeviceAttribute.ConcurrentKernels or CudaDeviceAttribute.UnifiedAddressing => 1,
        CudaDeviceAttribute.StreamPrioritiesSupported or CudaDeviceAttribute.GlobalL1CacheSupported => 1,
        CudaDeviceAttribute.LocalL1CacheSupported or CudaDeviceAttribute.ManagedMemory => 1,
        CudaDeviceAttribute.PageableMemoryAccess or CudaDeviceAttribute.ConcurrentManagedAccess => 0,
        CudaDeviceAttribute.CooperativeLaunch => 1,
        CudaDeviceAttribute.MemoryPoolsSupported => Options.HasMemoryPools ? 1 : 0,
        CudaDeviceAttribute.L2CacheSize => Limits.L2Bytes,
        CudaDeviceAttribute.AsyncEngineCount => 2,
        CudaDeviceAttribute.MaxThreadsPerMultiprocessor => Limits.ThreadsPerMultiprocessor,
        CudaDeviceAttribute.MaxBlocksPerMultiprocessor => Limits.BlocksPerMultiprocessor,
        CudaDeviceAttribute.MaxSharedMemoryPerMultiprocessor => Limits.SharedPerMultiprocessor,
        CudaDeviceAttribute.MaxSharedMemoryPerBlockOptin => Limits.SharedPerBlockOptin,
        CudaDeviceAttribute.ReservedSharedMemoryPerBlock => Limits.ReservedSharedPerBlock,
        CudaDeviceAttribute.ComputeCapabilityMajor => Options.ComputeCapability.Major,
        CudaDeviceAttribute.ComputeCapabilityMinor => Options.ComputeCapability.Minor,
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EmulatedAllocation allocation in Allocations.Values) allocation.FreeHost();
        Allocations.Clear();
        Pool.Release();
        Memory.Dispose();
    }
}
