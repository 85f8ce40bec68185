using System.Globalization;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>The ledger of a workload: a SAM step beside an SGD step, and what the host has to do.</summary>
internal sealed class LedgerEntry
{
    private LedgerEntry(string name, StepWorkload workload, StepCounts sgd, StepCounts sam, HostCost host)
    {
        Name = name;
        Batch = workload.Model.BatchSize;
        Parameters = workload.ParameterCount;
        BatchBytes = workload.BatchBytes;
        Sgd = sgd;
        Sam = sam;
        Host = host;
    }

    /// <summary>The workload.</summary>
    public string Name { get; }

    /// <summary>Examples of the batch that was counted.</summary>
    public int Batch { get; }

    /// <summary>Parameters of the model.</summary>
    public long Parameters { get; }

    /// <summary>Bytes of the batch.</summary>
    public long BatchBytes { get; }

    /// <summary>A step without a perturbation.</summary>
    public StepCounts Sgd { get; }

    /// <summary>A SAM step.</summary>
    public StepCounts Sam { get; }

    /// <summary>The host's part of a SAM step on the workload's own batch.</summary>
    public HostCost Host { get; }

    /// <summary>Kernels that a SAM step has for itself: over the arenas, more than SGD's.</summary>
    public long OwnKernels => Sam.OfSteps().Launches - Sgd.OfSteps().Launches;

    /// <summary>Bytes per parameter that they load and store more than SGD's.</summary>
    public double OwnBytes => (Sam.OfSteps().Bytes - Sgd.OfSteps().Bytes) / (double)Parameters;

    /// <summary>Counts a workload.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="batch">Examples; 0 for those in its name.</param>
    /// <param name="threads">Threads of the device in software.</param>
    public static LedgerEntry Of(string name, int batch, int threads)
    {
        HostCost host = HostCost.Of(name);
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false, Threads = threads });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas });
        using StepWorkload workload = StepWorkload.Make(name, device, seed: 1, batch);
        StepCounts sgd = StepCounts.Of(emulated, workload, Perturbation.None);
        StepCounts sam = StepCounts.Of(emulated, workload, Perturbation.Sam(StepWorkload.Rho));
        return new LedgerEntry(name, workload, sgd, sam, host);
    }

    /// <summary>The entry as JSON lines: the step, then each kernel.</summary>
    public IEnumerable<string> ToJson()
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"workload\":\"{Name}\",\"batch\":{Batch},\"parameters\":{Parameters},\"graph_launches\":{Sam.GraphLaunches},\"kernels\":{Sam.Kernels},\"sgd_kernels\":{Sgd.Kernels},\"synchronisations\":{Sam.Synchronisations},\"device_to_host_copies\":{Sam.DeviceToHostCopies},\"allocations\":{Sam.Allocations},\"host_to_device_copies\":{Sam.HostToDeviceCopies},\"host_to_device_bytes\":{Sam.HostToDeviceBytes},\"batch_bytes\":{BatchBytes},\"own_kernels\":{OwnKernels},\"own_bytes_per_parameter\":{OwnBytes:F2},\"host_us\":{Host.Microseconds:F2},\"host_copied_us\":{Host.CopiedMicroseconds:F2},\"host_copy_us\":{Host.CopyMicroseconds:F2},\"host_allocated_bytes\":{Host.AllocatedBytes}}}");
        foreach (LedgerRow row in Sam.Rows)
        {
            KernelCounters c = row.Counters;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{Name}\",\"batch\":{Batch},\"kernel\":\"{row.Name}\",\"family\":\"{KernelFamilies.Of(row.Name)}\",\"launches\":{c.Launches},\"loaded_bytes\":{c.GlobalLoadBytes},\"stored_bytes\":{c.GlobalStoreBytes},\"sectors_over_ideal\":{row.SectorsPerIdeal:F3},\"bank_conflicts\":{c.SharedBankConflicts},\"shared_bytes\":{c.SharedLoadBytes + c.SharedStoreBytes}}}");
        }
    }
}
