using System.Globalization;

namespace Sam.Native.Cuda;

/// <summary>How many blocks of how many threads a kernel is launched with, and how much shared memory each block gets.</summary>
/// <param name="GridX">Blocks along x; at least 1.</param>
/// <param name="GridY">Blocks along y; at least 1.</param>
/// <param name="GridZ">Blocks along z; at least 1.</param>
/// <param name="BlockX">Threads of a block along x; at least 1.</param>
/// <param name="BlockY">Threads of a block along y; at least 1.</param>
/// <param name="BlockZ">Threads of a block along z; at least 1.</param>
/// <param name="SharedBytes">Bytes of dynamic shared memory of a block.</param>
public readonly record struct LaunchShape(
    int GridX, int GridY, int GridZ, int BlockX, int BlockY, int BlockZ, int SharedBytes = 0)
{
    /// <summary>A launch along one axis.</summary>
    /// <param name="blocks">Number of blocks; at least 1.</param>
    /// <param name="threads">Threads of a block; at least 1.</param>
    /// <param name="sharedBytes">Bytes of dynamic shared memory of a block.</param>
    public LaunchShape(int blocks, int threads, int sharedBytes = 0)
        : this(blocks, 1, 1, threads, 1, 1, sharedBytes)
    {
    }

    /// <summary>Whether the blocks may wait for each other, for which all of them must fit on the device at once.</summary>
    public bool IsCooperative { get; init; }

    /// <summary>Enough blocks along one axis for a number of elements.</summary>
    /// <param name="count">Elements; at least 1.</param>
    /// <param name="threads">Threads of a block; at least 1.</param>
    /// <param name="perThread">Elements that one thread works on; at least 1.</param>
    /// <returns>The shape, with ceil(count / (threads * perThread)) blocks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1, or the grid would be larger than 2^31 - 1 blocks.</exception>
    public static LaunchShape For(long count, int threads = 256, int perThread = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(perThread, 1);
        long each = (long)threads * perThread;
        long blocks = ((count - 1) / each) + 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, int.MaxValue, nameof(count));
        return new LaunchShape((int)blocks, threads);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"<<<({GridX}, {GridY}, {GridZ}), ({BlockX}, {BlockY}, {BlockZ}), {SharedBytes} bytes>>>");
}
