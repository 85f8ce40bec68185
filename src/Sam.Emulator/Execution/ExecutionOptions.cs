namespace Sam.Emulator;

/// <summary>How a kernel launch is carried out: what is checked, in which order, for how long and on how many threads.</summary>
public sealed record ExecutionOptions
{
    /// <summary>No optional checks, forward order, no time limit, one thread.</summary>
    public static ExecutionOptions Default { get; } = new();

    /// <summary>The checks that run beside the kernel. Bounds and alignment are always enforced, as the hardware does.</summary>
    public CheckSet Checks { get; init; } = CheckSet.None;

    /// <summary>The order of blocks, warps and lanes.</summary>
    public ScheduleOrder Order { get; init; } = ScheduleOrder.Forward;

    /// <summary>The seed of <see cref="ScheduleOrder.Random"/>; one seed gives one order when <see cref="Threads"/> is 1.</summary>
    public ulong OrderSeed { get; init; }

    /// <summary>The wall-clock time after which the launch fails with <see cref="DeviceFaultKind.TimeLimit"/>; null for none.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The number of host threads that share the blocks; at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes of local memory for calls whose depth the text does not bound (recursion, function pointers), per thread.</summary>
    public int StackBytes { get; init; } = 16 * 1024;

    /// <summary>The number of multiprocessors that <c>%nsmid</c> shows.</summary>
    public int MultiprocessorCount { get; init; } = 108;
}
