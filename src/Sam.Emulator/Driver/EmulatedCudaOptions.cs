namespace Sam.Emulator;

/// <summary>How emulated devices behave and what is checked while kernels run.</summary>
public sealed record EmulatedCudaOptions
{
    /// <summary>The devices, in the order of their ordinals; one of compute capability 8.0 unless said otherwise.</summary>
    public IReadOnlyList<EmulatedDeviceOptions> Devices { get; init; } = [new EmulatedDeviceOptions()];

    /// <summary>The CUDA version that the driver says it supports, 1000 * major + 10 * minor.</summary>
    public int DriverVersion { get; init; } = 12090;

    /// <summary>The checks that run beside every kernel.</summary>
    public CheckSet Checks { get; init; } = CheckSet.All;

    /// <summary>The order of blocks, warps and lanes.</summary>
    public ScheduleOrder Order { get; init; } = ScheduleOrder.Forward;

    /// <summary>The seed of <see cref="ScheduleOrder.Random"/>.</summary>
    public ulong OrderSeed { get; init; }

    /// <summary>Orders that every launch is run in again, on the memory as it was; memory that then differs from the first run's is a
    /// finding. Each costs another run and two copies of all device memory. Empty for none.</summary>
    public IReadOnlyList<ScheduleOrder> CompareOrders { get; init; } = [];

    /// <summary>Whether work in a stream waits until something waits for it: a synchronisation, an event, a copy that is not asynchronous. A
    /// device may be that late at any time, so a program that forgets to wait, or writes to pinned memory that a copy still has to read, then
    /// gives other results. False runs work at the call that submits it.</summary>
    public bool DefersWork { get; init; }

    /// <summary>Host threads that share the blocks of a launch; at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The time after which a kernel is ended and its context lost; null for none.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Bytes of local memory for calls whose depth is not known, per thread.</summary>
    public int StackBytes { get; init; } = 16 * 1024;

    /// <summary>Receives what kernels print; null drops it.</summary>
    public TextWriter? Printf { get; init; }

    /// <summary>Whether memory, streams and other objects that a context still has when it ends are findings.</summary>
    public bool ReportLeaks { get; init; } = true;
}
