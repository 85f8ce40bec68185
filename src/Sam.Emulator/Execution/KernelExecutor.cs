using Sam.Emulator.Execution;

namespace Sam.Emulator;

/// <summary>Runs kernels.</summary>
public static class KernelExecutor
{
    private const int MaxThreads = 1024;
    private const int MaxSharedBytes = 232448;

    /// <summary>Runs one launch to its end.</summary>
    /// <param name="module">The loaded module that holds the kernel.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="grid">The number of blocks along each axis.</param>
    /// <param name="block">The number of threads along each axis; at most 1024 in all.</param>
    /// <param name="dynamicSharedBytes">Bytes of shared memory beyond what the kernel declares.</param>
    /// <param name="parameters">The argument block, laid out as <see cref="PtxKernel.Parameters"/> says.</param>
    /// <param name="memory">The memory of the device.</param>
    /// <param name="options">What to check, in which order to run.</param>
    /// <param name="counters">Receives what the launch did, added to what is there.</param>
    /// <param name="printf">Receives the output of <c>printf</c>; null to drop it.</param>
    /// <param name="cooperative">Whether every block must be resident at once, so that blocks may wait for each other.</param>
    /// <exception cref="ArgumentException">The launch shape or the argument block does not fit the kernel.</exception>
    /// <exception cref="DeviceFaultException">The kernel made a mistake. Memory holds what it wrote until then.</exception>
    public static void Launch(
        LoadedModule module,
        PtxKernel kernel,
        Dim3 grid,
        Dim3 block,
        int dynamicSharedBytes,
        ReadOnlySpan<byte> parameters,
        GlobalMemory memory,
        ExecutionOptions options,
        KernelCounters counters,
        TextWriter? printf,
        bool cooperative)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(counters);
        CheckShape(kernel, grid, block, dynamicSharedBytes);
        if (parameters.Length < kernel.ParameterBytes)
        {
            throw new ArgumentException(
                $"The kernel '{kernel.Name}' takes {kernel.ParameterBytes} bytes of arguments, {parameters.Length} found.", nameof(parameters));
        }

        Launch launch = module.TakeLaunch(kernel, grid, block, dynamicSharedBytes, memory, options);
        try
        {
            launch.Run(grid, parameters, counters, printf, cooperative);
        }
        finally
        {
            module.ReturnLaunch(launch);
        }
    }

    private static void CheckShape(PtxKernel kernel, Dim3 grid, Dim3 block, int dynamicSharedBytes)
    {
        if (grid.X < 1 || grid.Y < 1 || grid.Z < 1)
        {
            throw new ArgumentException($"The grid {grid} has no blocks.", nameof(grid));
        }

        int most = Math.Min(MaxThreads, kernel.MaxThreads ?? MaxThreads);
        if (block.X < 1 || block.Y < 1 || block.Z < 1 || block.Count > most)
        {
            throw new ArgumentException($"The block {block} has {block.Count} threads; the kernel '{kernel.Name}' takes 1 to {most}.",
                nameof(block));
        }

        if (kernel.RequiredBlock is Dim3 required && required != block)
        {
            throw new ArgumentException($"The kernel '{kernel.Name}' takes blocks of {required}, {block} found.", nameof(block));
        }

        if (dynamicSharedBytes < 0 || dynamicSharedBytes + kernel.StaticSharedBytes > MaxSharedBytes)
        {
            throw new ArgumentException(
                $"{dynamicSharedBytes} bytes of dynamic and {kernel.StaticSharedBytes} of static shared memory; {MaxSharedBytes} can be had.",
                nameof(dynamicSharedBytes));
        }
    }
}
