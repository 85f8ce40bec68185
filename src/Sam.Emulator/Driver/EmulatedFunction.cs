using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A kernel of a loaded module.</summary>
internal sealed class EmulatedFunction : EmulatedObject
{
    private readonly (int Offset, int ByteCount)[] _parameters;
    private int _maxDynamicShared;
    private int _carveout = -1;

    internal EmulatedFunction(EmulatedModule module, PtxKernel kernel)
        : base(module.Context)
    {
        Module = module;
        Kernel = kernel;
        ParameterBytes = kernel.ParameterBytes;
        _parameters = [.. kernel.Parameters.Select(parameter => (parameter.Offset, parameter.ByteCount))];
        _maxDynamicShared = Math.Max(0, ArchitectureLimits.SharedPerBlock - kernel.StaticSharedBytes);
        Counters = Context.Instance.Ledger.ForKernel(kernel.Name);
    }

    internal EmulatedModule Module { get; }

    internal PtxKernel Kernel { get; }

    internal KernelCounters Counters { get; }

    /// <summary>Bytes of the argument block.</summary>
    internal int ParameterBytes { get; }

    /// <summary>Threads of a block, at most, by the text and by the registers.</summary>
    internal int MaxThreads
    {
        get
        {
            int byRegisters = ArchitectureLimits.RegistersPerMultiprocessor / (Math.Max(1, Kernel.RegistersPerThread) * 32) * 32;
            return Math.Min(Math.Min(ArchitectureLimits.ThreadsPerBlock, byRegisters), Kernel.MaxThreads ?? int.MaxValue);
        }
    }

    /// <summary>Lays the arguments of a pointer array out as the kernel reads them.</summary>
    /// <param name="arguments">A pointer to each argument.</param>
    /// <param name="block">Receives them; <see cref="ParameterBytes"/> long.</param>
    internal unsafe void Pack(void** arguments, Span<byte> block)
    {
        block.Clear();
        for (int i = 0; i < _parameters.Length; i++)
        {
            (int offset, int byteCount) = _parameters[i];
            new ReadOnlySpan<byte>(arguments[i], byteCount).CopyTo(block[offset..]);
        }
    }

    internal int? Attribute(CudaFunctionAttribute attribute) => attribute switch
    {
        CudaFunctionAttribute.MaxThreadsPerBlock => MaxThreads,
        CudaFunctionAttribute.SharedSizeBytes => Kernel.StaticSharedBytes,
        CudaFunctionAttribute.ConstantSizeBytes => ConstantBytes(),
        CudaFunctionAttribute.LocalSizeBytes => Kernel.LocalBytesPerThread,
        CudaFunctionAttribute.RegisterCount => Kernel.RegistersPerThread,
        CudaFunctionAttribute.PtxVersion => Kernel.Module.TargetArchitecture,
        CudaFunctionAttribute.BinaryVersion => Context.Device.Options.Architecture,
        CudaFunctionAttribute.CacheModeCa => 0,
        CudaFunctionAttribute.MaxDynamicSharedSizeBytes => _maxDynamicShared,
        CudaFunctionAttribute.PreferredSharedMemoryCarveout => _carveout,
        _ => null,
    };

    /// <summary>Changes an attribute.</summary>
    /// <param name="attribute">Which.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="reason">Why it cannot have that value.</param>
    /// <returns>Whether it has it now.</returns>
    internal bool TrySet(CudaFunctionAttribute attribute, int value, out string reason)
    {
        reason = "";
        switch (attribute)
        {
            case CudaFunctionAttribute.MaxDynamicSharedSizeBytes:
                int most = Context.Device.Limits.SharedPerBlockOptin - Kernel.StaticSharedBytes;
                if (value < 0 || value > most)
                {
                    reason = $"{value} bytes of dynamic shared memory; kernel {Kernel.Name} can have 0 to {most} on this device.";
                    return false;
                }

                _maxDynamicShared = value;
                return true;
            case CudaFunctionAttribute.PreferredSharedMemoryCarveout:
                if (value is < -1 or > 100)
                {
                    reason = $"A carveout of {value} percent; -1 to 100 are possible.";
                    return false;
                }

                _carveout = value;
                return true;
            default:
                reason = $"Attribute {attribute} cannot be set.";
                return false;
        }
    }

    /// <summary>Whether a driver would take a launch.</summary>
    /// <param name="launch">The launch.</param>
    /// <param name="reason">Why not.</param>
    /// <returns>Success, or what the launch must answer.</returns>
    internal CudaResult Check(in KernelLaunch launch, out string reason)
    {
        Dim3 grid = launch.Grid;
        Dim3 block = launch.Block;
        reason = "";
        if (grid.X < 1 || grid.Y is < 1 or > ArchitectureLimits.MaxGridYZ || grid.Z is < 1 or > ArchitectureLimits.MaxGridYZ)
        {
            reason = $"Grid {grid} of kernel {Kernel.Name}; (1..2147483647, 1..65535, 1..65535) are possible.";
        }
        else if (block.X is < 1 or > ArchitectureLimits.MaxBlockX || block.Y is < 1 or > ArchitectureLimits.MaxBlockY
            || block.Z is < 1 or > ArchitectureLimits.MaxBlockZ || block.Count > ArchitectureLimits.ThreadsPerBlock)
        {
            reason = $"Block {block} of kernel {Kernel.Name}; (1..1024, 1..1024, 1..64) and 1024 threads in all are possible.";
        }
        else if (block.Count > (Kernel.MaxThreads ?? int.MaxValue) || (Kernel.RequiredBlock is { } required && required != block))
        {
            reason = $"Block {block}; kernel {Kernel.Name} was compiled for {(object?)Kernel.RequiredBlock ?? Kernel.MaxThreads} threads.";
        }
        else if (launch.SharedBytes > _maxDynamicShared || launch.SharedBytes < 0)
        {
            reason = $"{launch.SharedBytes} bytes of dynamic shared memory; kernel {Kernel.Name} may have {_maxDynamicShared}"
                + $" beside its own {Kernel.StaticSharedBytes}. More needs cuFuncSetAttribute(MaxDynamicSharedSizeBytes).";
        }

        if (reason.Length > 0) return CudaResult.InvalidValue;
        if (block.Count > MaxThreads)
        {
            reason = $"{block.Count} threads of {Kernel.RegistersPerThread} registers each are more than a multiprocessor has.";
            return CudaResult.LaunchOutOfResources;
        }

        if (!launch.IsCooperative) return CudaResult.Success;
        long most = (long)ActiveBlocks((int)block.Count, launch.SharedBytes) * Context.Device.Options.MultiprocessorCount;
        if (grid.Count <= most) return CudaResult.Success;
        reason = $"{grid.Count} blocks of kernel {Kernel.Name} in a cooperative launch; {most} fit on the device at once.";
        return CudaResult.CooperativeLaunchTooLarge;
    }

    /// <summary>Blocks that one multiprocessor holds.</summary>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <returns>The number.</returns>
    internal int ActiveBlocks(int threads, long sharedBytes) =>
        threads > MaxThreads ? 0 : Context.Device.Limits.ActiveBlocks(
            threads, Kernel.RegistersPerThread, Kernel.StaticSharedBytes + sharedBytes);

    private int ConstantBytes() =>
        (int)Kernel.Module.Globals.Where(global => global.Space == PtxSpace.Const).Sum(global => global.ByteCount);
}
