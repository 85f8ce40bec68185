namespace Sam.Emulator;

/// <summary>Runs kernels.</summary>
public static class KernelExecutor
{
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
    }
}
