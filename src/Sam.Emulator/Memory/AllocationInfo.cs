namespace Sam.Emulator;

/// <summary>One range of the device's address space: where it is, how long, who it belongs to, and whether it still lives.</summary>
public sealed unsafe class AllocationInfo
{
    internal AllocationInfo(long id, ulong address, long byteCount, string? name)
    {
        Id = id;
        Address = address;
        ByteCount = byteCount;
        Name = name;
    }

    /// <summary>A number that grows with each allocation of one <see cref="GlobalMemory"/>.</summary>
    public long Id { get; }

    /// <summary>The first device address, which is also the host address of the bytes.</summary>
    public ulong Address { get; }

    /// <summary>The length in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The first address behind the range.</summary>
    public ulong End => Address + (ulong)ByteCount;

    /// <summary>A name for messages, such as that of a module variable; null for a plain allocation.</summary>
    public string? Name { get; }

    /// <summary>Whether the range was freed.</summary>
    public bool IsFreed { get; internal set; }

    /// <summary>One byte for each byte of the range: 1 once it was written. Null when initialisation is not tracked.</summary>
    internal byte* Shadow { get; set; }

    /// <summary>The block to hand back to the host allocator; null when the memory belongs to someone else.</summary>
    internal void* Block { get; set; }

    /// <summary>What a message says about the allocation.</summary>
    /// <returns>Name or number, address and length.</returns>
    public override string ToString() => $"{(Name is null ? $"allocation {Id}" : $"'{Name}'")} of {ByteCount} bytes at 0x{Address:x}";
}
