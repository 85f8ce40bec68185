namespace Sam.Native.Cuda;

/// <summary>What reductions over several blocks need besides their tensors: room for the blocks' sums, and counters that tell which block
/// is the last. One for all kernels of a device, which run one after the other.</summary>
/// <param name="device">The device.</param>
internal sealed class ReductionScratch(CudaAccelerator device) : IDisposable
{
    /// <summary>Counters: the most reductions of one launch that take several blocks each.</summary>
    public const int CounterCount = 2048;

    /// <summary>Doubles: the most sums of blocks of one launch.</summary>
    public const int PartialCount = 32768;

    private const long CounterBytes = CounterCount * sizeof(uint);

    private readonly DeviceMemory _memory = device.AllocateOwn(CounterBytes + (PartialCount * (long)sizeof(double)), "reductions", clears: true);

    /// <summary>Zero before and after every launch.</summary>
    public DevicePointer<uint> Counters => _memory.Pointer<uint>();

    /// <summary>Sums of blocks; what they hold between launches is the last launch's.</summary>
    public DevicePointer<double> Partials => (_memory.Pointer<byte>() + CounterBytes).Cast<double>();

    public void Dispose() => _memory.Dispose();
}
