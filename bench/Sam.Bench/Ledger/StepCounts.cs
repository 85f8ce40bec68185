using Sam.Emulator;
using Sam.Native;

namespace Sam.Bench;

/// <summary>What one replayed step asked of a device in software.</summary>
internal sealed record StepCounts
{
    // The first step of a kind runs call by call, the second one is captured; the one after is like all that follow.
    private const int StepsBefore = 2;

    /// <summary>Graphs launched.</summary>
    public required long GraphLaunches { get; init; }

    /// <summary>Kernels that ran, of cuBLAS too.</summary>
    public required long Kernels { get; init; }

    /// <summary>Waits of the host.</summary>
    public required long Synchronisations { get; init; }

    /// <summary>Copies from the device to the host.</summary>
    public required long DeviceToHostCopies { get; init; }

    /// <summary>Allocations on the device, and of pinned memory.</summary>
    public required long Allocations { get; init; }

    /// <summary>Copies from the host to the device.</summary>
    public required long HostToDeviceCopies { get; init; }

    /// <summary>Their bytes.</summary>
    public required long HostToDeviceBytes { get; init; }

    /// <summary>A row for each kernel.</summary>
    public required IReadOnlyList<LedgerRow> Rows { get; init; }

    /// <summary>Counts a step.</summary>
    /// <param name="emulated">The device's instance.</param>
    /// <param name="workload">What is trained.</param>
    /// <param name="perturbation">How.</param>
    public static StepCounts Of(EmulatedCuda emulated, StepWorkload workload, Perturbation perturbation)
    {
        using SamOptimizer optimizer = workload.Optimizer(perturbation);
        return Of(emulated, () => workload.Step(optimizer), 1)[0];
    }

    /// <summary>Counts the steps of an optimizer whose kinds take turns.</summary>
    /// <param name="emulated">The device's instance.</param>
    /// <param name="step">Makes the next one.</param>
    /// <param name="kinds">After how many steps a kind is the same again.</param>
    public static StepCounts[] Of(EmulatedCuda emulated, Func<StepResult> step, int kinds)
    {
        for (int i = 0; i < StepsBefore * kinds; i++) step();
        StepCounts[] counts = new StepCounts[kinds];
        for (int i = 0; i < kinds; i++)
        {
            emulated.Ledger.Reset();
            step();
            counts[i] = Read(emulated.Ledger);
        }

        return counts;
    }

    /// <summary>Launches and bytes of the passes over the arenas: what is neither forward, loss nor backward.</summary>
    public (long Launches, long Bytes) OfSteps()
    {
        long launches = 0, bytes = 0;
        foreach (LedgerRow row in Rows.Where(static row => IsOfSteps(KernelFamilies.Of(row.Name))))
        {
            launches += row.Counters.Launches;
            bytes += row.GlobalBytes;
        }

        return (launches, bytes);
    }

    private static StepCounts Read(CudaLedger ledger) => new()
    {
        GraphLaunches = ledger.GraphLaunches,
        Kernels = ledger.KernelRuns,
        Synchronisations = ledger.Synchronisations,
        DeviceToHostCopies = ledger.DeviceToHostCopies,
        Allocations = ledger.Allocations + ledger.HostAllocations,
        HostToDeviceCopies = ledger.HostToDeviceCopies,
        HostToDeviceBytes = ledger.HostToDeviceBytes,
        Rows = ledger.Kernels,
    };

    private static bool IsOfSteps(string family) => family is "optimizer" or "adafactor" or "graph" || family.StartsWith("sam_", StringComparison.Ordinal);
}
