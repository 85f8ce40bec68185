using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sam.Emulator;

/// <summary>What a program asked of an emulated device: calls, launches, copies, waits and allocations, and what its kernels did.</summary>
/// <remarks>Counts since the instance was made or since <see cref="Reset"/>. Reading is safe at any time; a launch under way is not in it
/// yet.</remarks>
/// <example>
/// <code>
/// cuda.Ledger.Reset();
/// Step();
/// Assert.Equal(1, cuda.Ledger.GraphLaunches);
/// Assert.Equal(0, cuda.Ledger.Synchronisations);
/// Console.WriteLine(cuda.Ledger);
/// </code>
/// </example>
public sealed class CudaLedger
{
    private readonly ConcurrentDictionary<string, KernelCounters> _kernels = new(StringComparer.Ordinal);
    private readonly List<(string Name, KernelCounters Counters)> _streams = [];
    private readonly Dictionary<string, long> _functions = new(StringComparer.Ordinal);
    private readonly Lock _gate;

    internal CudaLedger(Lock gate) => _gate = gate;

    /// <summary>Calls of driver and cuBLAS functions.</summary>
    public long Calls { get; internal set; }

    /// <summary>Those calls by the function's C name, such as <c>cuLaunchKernel</c>; functions that were not called are not in it. A copy.</summary>
    public IReadOnlyDictionary<string, long> CallsByFunction
    {
        get
        {
            lock (_gate) return new SortedDictionary<string, long>(_functions, StringComparer.Ordinal);
        }
    }

    /// <summary>Kernels launched by a call of their own.</summary>
    public long Launches { get; internal set; }

    /// <summary>Graphs launched.</summary>
    public long GraphLaunches { get; internal set; }

    /// <summary>Kernels that ran, launched by a call or by a graph; operations of cuBLAS count as one each.</summary>
    public long KernelRuns { get; internal set; }

    /// <summary>Operations of cuBLAS that were called, captured ones too.</summary>
    public long LibraryCalls { get; internal set; }

    /// <summary>Copies from the host to the device, by calls and by graphs.</summary>
    public long HostToDeviceCopies { get; internal set; }

    /// <summary>Bytes of those copies.</summary>
    public long HostToDeviceBytes { get; internal set; }

    /// <summary>Copies from the device to the host.</summary>
    public long DeviceToHostCopies { get; internal set; }

    /// <summary>Bytes of those copies.</summary>
    public long DeviceToHostBytes { get; internal set; }

    /// <summary>Copies inside the device.</summary>
    public long DeviceToDeviceCopies { get; internal set; }

    /// <summary>Bytes of those copies.</summary>
    public long DeviceToDeviceBytes { get; internal set; }

    /// <summary>Copies from the host to the host.</summary>
    public long HostToHostCopies { get; internal set; }

    /// <summary>Fills of device memory.</summary>
    public long Fills { get; internal set; }

    /// <summary>Bytes of those fills.</summary>
    public long FillBytes { get; internal set; }

    /// <summary>Waits of the host: for a context, a stream or an event, and in copies that are not asynchronous.</summary>
    public long Synchronisations { get; internal set; }

    /// <summary>Allocations of device memory, from pools too.</summary>
    public long Allocations { get; internal set; }

    /// <summary>Bytes of those allocations.</summary>
    public long AllocatedBytes { get; internal set; }

    /// <summary>Device memory given back.</summary>
    public long Frees { get; internal set; }

    /// <summary>Allocations and registrations of pinned host memory.</summary>
    public long HostAllocations { get; internal set; }

    /// <summary>Events recorded.</summary>
    public long EventRecords { get; internal set; }

    /// <summary>Modules loaded.</summary>
    public long ModuleLoads { get; internal set; }

    /// <summary>Captures ended with a graph.</summary>
    public long Captures { get; internal set; }

    /// <summary>A row for each kernel that ran, by name.</summary>
    public IReadOnlyList<LedgerRow> Kernels
    {
        get
        {
            lock (_gate)
            {
                return [.. _kernels.Where(pair => pair.Value.Launches > 0)
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Row(pair.Key, pair.Value))];
            }
        }
    }

    /// <summary>A row for each stream that kernels ran in, in the order of creation.</summary>
    public IReadOnlyList<LedgerRow> Streams
    {
        get
        {
            lock (_gate)
            {
                return [.. _streams.Where(stream => stream.Counters.Launches > 0).Select(stream => Row(stream.Name, stream.Counters))];
            }
        }
    }

    /// <summary>The sums over all kernels.</summary>
    public LedgerRow Total
    {
        get
        {
            KernelCounters sum = new();
            foreach (LedgerRow row in Kernels) sum.Add(row.Counters);
            return new LedgerRow("total", sum);
        }
    }

    /// <summary>Sets every figure to zero.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _functions.Clear();
            Calls = Launches = GraphLaunches = KernelRuns = LibraryCalls = 0;
            HostToDeviceCopies = HostToDeviceBytes = DeviceToHostCopies = DeviceToHostBytes = 0;
            DeviceToDeviceCopies = DeviceToDeviceBytes = HostToHostCopies = Fills = FillBytes = 0;
            Synchronisations = Allocations = AllocatedBytes = Frees = HostAllocations = EventRecords = ModuleLoads = Captures = 0;
            foreach (KernelCounters counters in _kernels.Values) counters.Clear();
            foreach ((string _, KernelCounters counters) in _streams) counters.Clear();
        }
    }

    /// <summary>The figures as a table: what the host did, then a line for each kernel and each stream.</summary>
    /// <returns>The table, lines ended by a line feed.</returns>
    public override string ToString()
    {
        StringBuilder text = new();
        IFormatProvider culture = CultureInfo.InvariantCulture;
        text.Append(culture, $"calls {Calls}, launches {Launches}, graph launches {GraphLaunches}, kernels run {KernelRuns}\n");
        text.Append(culture, $"host to device {HostToDeviceCopies} copies of {HostToDeviceBytes} bytes, ");
        text.Append(culture, $"device to host {DeviceToHostCopies} of {DeviceToHostBytes}, ");
        text.Append(culture, $"inside {DeviceToDeviceCopies} of {DeviceToDeviceBytes}, fills {Fills} of {FillBytes}\n");
        text.Append(culture, $"synchronisations {Synchronisations}, allocations {Allocations} of {AllocatedBytes} bytes, frees {Frees}, ");
        text.Append(culture, $"pinned {HostAllocations}, events {EventRecords}, modules {ModuleLoads}, captures {Captures}\n");
        LedgerTable.Append(text, "kernel", [.. Kernels, Total]);
        LedgerTable.Append(text, "stream", Streams);
        return text.ToString();
    }

    /// <summary>The sums of a kernel, made at the first ask and kept for good.</summary>
    /// <param name="name">The kernel's name.</param>
    /// <returns>Counters to add to, under the instance's lock.</returns>
    internal KernelCounters ForKernel(string name) => _kernels.GetOrAdd(name, static _ => new KernelCounters());

    /// <summary>The sums of a new stream.</summary>
    /// <param name="name">The stream's name.</param>
    /// <returns>Counters to add to, under the instance's lock.</returns>
    internal KernelCounters ForStream(string name)
    {
        KernelCounters counters = new();
        lock (_gate) _streams.Add((name, counters));
        return counters;
    }

    /// <summary>Counts a call, under the instance's lock.</summary>
    /// <param name="function">The function's C name.</param>
    internal void Count(string function)
    {
        Calls++;
        CollectionsMarshal.GetValueRefOrAddDefault(_functions, function, out _)++;
    }

    private static LedgerRow Row(string name, KernelCounters counters)
    {
        KernelCounters copy = new();
        copy.Add(counters);
        return new LedgerRow(name, copy);
    }
}
