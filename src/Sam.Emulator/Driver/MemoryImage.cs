using System.Globalization;
using System.Runtime.InteropServices;

namespace Sam.Emulator;

/// <summary>A copy of all bytes that kernels can reach, to go back to or to compare with.</summary>
internal sealed unsafe class MemoryImage : IDisposable
{
    private readonly List<(AllocationInfo Info, nint Bytes, nint Shadow)> _parts = [];

    /// <summary>Copies the memory of a device.</summary>
    /// <param name="memory">The memory; no kernel runs.</param>
    internal MemoryImage(GlobalMemory memory)
    {
        foreach (AllocationInfo info in memory.Allocations)
        {
            nuint count = (nuint)info.ByteCount;
            void* bytes = Copy((void*)info.Address, count);
            void* shadow = info.Shadow is null ? null : Copy(info.Shadow, count);
            _parts.Add((info, (nint)bytes, (nint)shadow));
        }
    }

    /// <summary>Makes the memory as it was.</summary>
    internal void Restore()
    {
        foreach ((AllocationInfo info, nint bytes, nint shadow) in _parts)
        {
            NativeMemory.Copy((void*)bytes, (void*)info.Address, (nuint)info.ByteCount);
            if (info.Shadow is not null && shadow != 0) NativeMemory.Copy((void*)shadow, info.Shadow, (nuint)info.ByteCount);
        }
    }

    /// <summary>Where the memory differs from the copy first.</summary>
    /// <returns>The place and both values in words; null where nothing differs.</returns>
    internal string? Difference()
    {
        const int Chunk = 1 << 30;
        foreach ((AllocationInfo info, nint bytes, nint _) in _parts)
        {
            for (long start = 0; start < info.ByteCount; start += Chunk)
            {
                int length = (int)Math.Min(Chunk, info.ByteCount - start);
                ReadOnlySpan<byte> was = new((byte*)bytes + start, length), now = new((byte*)info.Address + start, length);
                int same = was.CommonPrefixLength(now);
                if (same == length) continue;
                return string.Create(
                    CultureInfo.InvariantCulture, $"at byte {start + same} of {info}: 0x{was[same]:x2} and 0x{now[same]:x2}");
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((AllocationInfo _, nint bytes, nint shadow) in _parts)
        {
            NativeMemory.Free((void*)bytes);
            NativeMemory.Free((void*)shadow);
        }

        _parts.Clear();
    }

    private static void* Copy(void* source, nuint count)
    {
        void* copy = NativeMemory.Alloc(count);
        NativeMemory.Copy(source, copy, count);
        return copy;
    }
}
