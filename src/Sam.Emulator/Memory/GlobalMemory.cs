using System.Runtime.InteropServices;

namespace Sam.Emulator;

/// <summary>The address space of a device: every range that kernels may touch, with its bounds, its name and what became of it.</summary>
/// <remarks>Device addresses are host addresses. Allocations lie apart by at least <see cref="GuardBytes"/> bytes that belong to none, so
/// that
/// a small overrun is always found. All members may be called from several threads at once, also while kernels run.</remarks>
public sealed unsafe class GlobalMemory : IDisposable
{
    /// <summary>The bytes before and behind each allocation that belong to no allocation.</summary>
    public const int GuardBytes = 256;

    private const int RememberedFrees = 4096;

    private readonly Lock gate = new();
    private readonly Queue<AllocationInfo> freed = new();
    private volatile AllocationInfo[] live = [];
    private long nextId;
    private long quarantinedBytes;

    /// <summary>Makes an empty address space.</summary>
    /// <param name="trackInitialised">Whether each byte remembers that it was written, which <see cref="CheckSet.Uninitialised"/> needs.
    /// Costs one byte for each byte allocated.</param>
    public GlobalMemory(bool trackInitialised = false)
    {
        TrackInitialised = trackInitialised;
    }

    /// <summary>Whether allocations made from now on remember which of their bytes were written.</summary>
    public bool TrackInitialised { get; set; }

    /// <summary>How many freed bytes are kept from reuse, oldest given back first, so that a use after free is found.</summary>
    public long QuarantineBytes { get; set; } = 64L << 20;

    /// <summary>The live allocations in the order of their addresses: a snapshot.</summary>
    public IReadOnlyList<AllocationInfo> Allocations => live;

    /// <summary>The sum of the lengths of the live allocations.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Allocates device memory; its bytes are not defined (they are filled with 0xCD).</summary>
    /// <param name="bytes">The length, at least 1.</param>
    /// <param name="alignment">The alignment in bytes, a power of two; at least 256 is used.</param>
    /// <param name="name">A name for messages; null for none.</param>
    /// <returns>The first address.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive or the alignment is not a power of two.</exception>
    /// <exception cref="OutOfMemoryException">The host has no such memory.</exception>
    public ulong Allocate(long bytes, int alignment = 256, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "The alignment must be a power of two.");
        }

        int step = Math.Max(alignment, GuardBytes);
        byte* block = (byte*)NativeMemory.AlignedAlloc(checked((nuint)bytes + (2 * (nuint)step)), (nuint)step);
        byte* data = block + step;
        NativeMemory.Fill(data, (nuint)bytes, 0xCD);
        return Insert((ulong)data, bytes, name, block, TrackInitialised).Address;
    }

    /// <summary>Makes memory that belongs to someone else (pinned host memory, a variable) reachable by kernels; it counts as
    /// initialised.</summary>
    /// <param name="address">The first address.</param>
    /// <param name="bytes">The length, at least 1. The memory must outlive the registration.</param>
    /// <param name="name">A name for messages; null for none.</param>
    /// <exception cref="ArgumentException">The range overlaps a live one.</exception>
    public void Register(ulong address, long bytes, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Insert(address, bytes, name, null, false);
    }

    /// <summary>Frees an allocation, or ends a registration. Kernels that touch it from now on are at fault.</summary>
    /// <param name="address">The first address of the range.</param>
    /// <exception cref="ArgumentException">No live range starts there.</exception>
    public void Free(ulong address)
    {
        lock (gate)
        {
            AllocationInfo[] old = live;
            int index = IndexOf(old, address);
            if (index < 0 || old[index].Address != address)
            {
                throw new ArgumentException($"No live allocation starts at 0x{address:x}.", nameof(address));
            }

            AllocationInfo gone = old[index];
            var next = new AllocationInfo[old.Length - 1];
            Array.Copy(old, next, index);
            Array.Copy(old, index + 1, next, index, next.Length - index);
            live = next;
            gone.IsFreed = true;
            AllocatedBytes -= gone.ByteCount;
            NativeMemory.Free(gone.Shadow);
            gone.Shadow = null;
            freed.Enqueue(gone);
            quarantinedBytes += gone.Block is null ? 0 : gone.ByteCount;
            while (freed.Count > RememberedFrees || (quarantinedBytes > QuarantineBytes && freed.Count > 0))
            {
                AllocationInfo oldest = freed.Dequeue();
                quarantinedBytes -= oldest.Block is null ? 0 : oldest.ByteCount;
                NativeMemory.AlignedFree(oldest.Block);
                oldest.Block = null;
            }
        }
    }

    /// <summary>Finds the live range that holds an address.</summary>
    /// <param name="address">Any address of the range.</param>
    /// <param name="info">The range.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ulong address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AllocationInfo? info)
    {
        AllocationInfo[] all = live;
        int index = IndexOf(all, address);
        info = index >= 0 && address < all[index].End ? all[index] : null;
        return info is not null;
    }

    /// <summary>Marks bytes as written, as a copy from the host or a memset does. Addresses outside every range are ignored.</summary>
    /// <param name="address">The first address.</param>
    /// <param name="bytes">The number of bytes.</param>
    public void MarkInitialised(ulong address, long bytes)
    {
        if (bytes > 0 && TryFind(address, out AllocationInfo? info) && info.Shadow is not null)
        {
            long offset = (long)(address - info.Address);
            NativeMemory.Fill(info.Shadow + offset, (nuint)Math.Min(bytes, info.ByteCount - offset), 1);
        }
    }

    /// <summary>Tells whether every byte of a range of one allocation was written.</summary>
    /// <param name="address">The first address.</param>
    /// <param name="bytes">The number of bytes.</param>
    /// <returns>False when some byte was never written; true when all were, or when the allocation does not track it.</returns>
    public bool IsInitialised(ulong address, long bytes)
    {
        if (!TryFind(address, out AllocationInfo? info) || info.Shadow is null)
        {
            return true;
        }

        long offset = (long)(address - info.Address);
        return new ReadOnlySpan<byte>(info.Shadow + offset, (int)Math.Min(bytes, info.ByteCount - offset)).IndexOf((byte)0) < 0;
    }

    /// <summary>Marks bytes as never written, as after a copy of bytes that were not.</summary>
    /// <param name="address">The first address.</param>
    /// <param name="bytes">The number of bytes.</param>
    public void MarkUninitialised(ulong address, long bytes)
    {
        if (bytes > 0 && TryFind(address, out AllocationInfo? info) && info.Shadow is not null)
        {
            long offset = (long)(address - info.Address);
            NativeMemory.Clear(info.Shadow + offset, (nuint)Math.Min(bytes, info.ByteCount - offset));
        }
    }

    /// <summary>Gives all memory back. No kernel may run.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (AllocationInfo info in live.Concat(freed))
            {
                NativeMemory.AlignedFree(info.Block);
                NativeMemory.Free(info.Shadow);
                info.Block = null;
                info.Shadow = null;
                info.IsFreed = true;
            }

            live = [];
            freed.Clear();
            quarantinedBytes = 0;
            AllocatedBytes = 0;
        }
    }

    /// <summary>The most recently freed range that holds an address, unless its memory was reused.</summary>
    internal AllocationInfo? FindFreed(ulong address)
    {
        lock (gate)
        {
            return freed.LastOrDefault(info => address >= info.Address && address < info.End);
        }
    }

    /// <summary>The live range whose bounds are nearest to an address; null when there is none.</summary>
    internal AllocationInfo? FindNearest(ulong address)
    {
        AllocationInfo[] all = live;
        int index = IndexOf(all, address);
        AllocationInfo? below = index >= 0 ? all[index] : null;
        AllocationInfo? above = index + 1 < all.Length ? all[index + 1] : null;
        if (below is null || above is null)
        {
            return below ?? above;
        }

        return address - Math.Min(address, below.End) <= above.Address - address ? below : above;
    }

    /// <summary>The last range that starts at or below an address, or -1.</summary>
    private static int IndexOf(AllocationInfo[] all, ulong address)
    {
        int low = 0;
        int high = all.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (all[middle].Address <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }

    private AllocationInfo Insert(ulong address, long bytes, string? name, void* block, bool track)
    {
        lock (gate)
        {
            AllocationInfo[] old = live;
            int index = IndexOf(old, address);
            if ((index >= 0 && old[index].End > address) || (index + 1 < old.Length && old[index + 1].Address < address + (ulong)bytes))
            {
                throw new ArgumentException($"The range of {bytes} bytes at 0x{address:x} overlaps a live one.", nameof(address));
            }

            var info = new AllocationInfo(++nextId, address, bytes, name) { Block = block };
            if (track)
            {
                info.Shadow = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
            }

            var next = new AllocationInfo[old.Length + 1];
            Array.Copy(old, next, index + 1);
            next[index + 1] = info;
            Array.Copy(old, index + 1, next, index + 2, old.Length - index - 1);
            live = next;
            AllocatedBytes += bytes;
            return info;
        }
    }
}
