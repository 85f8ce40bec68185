namespace Sam.Emulator;

/// <summary>What one emulated device is like.</summary>
public sealed record EmulatedDeviceOptions
{
    /// <summary>The name that <c>cuDeviceGetName</c> gives.</summary>
    public string Name { get; init; } = "Emulated CUDA device";

    /// <summary>The compute capability, 6.0 to 9.0; decides the limits of a multiprocessor and which PTX loads.</summary>
    public Version ComputeCapability { get; init; } = new(8, 0);

    /// <summary>Streaming multiprocessors; at least 1. Decides how many blocks a cooperative launch may have.</summary>
    public int MultiprocessorCount { get; init; } = 8;

    /// <summary>Bytes of device memory; at least 1 MiB. Allocations beyond it fail, and no host memory is used before it is
    /// allocated.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Whether there are memory pools, and with them allocations in the order of a stream; some virtual GPUs have none.</summary>
    public bool HasMemoryPools { get; init; } = true;

    /// <summary>10 times the major version plus the minor one: 86 for 8.6.</summary>
    internal int Architecture => (ComputeCapability.Major * 10) + ComputeCapability.Minor;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Check()
    {
        if (Architecture is < 60 or > 90)
        {
            throw new ArgumentException(
                $"A device of compute capability {ComputeCapability} is not emulated; 6.0 to 9.0 are.", nameof(ComputeCapability));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MultiprocessorCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytes, 1L << 20);
    }
}
