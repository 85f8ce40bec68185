using System.Runtime.InteropServices;

namespace Sam.Emulator.Checks;

/// <summary>What all blocks of a launch share to find races on global memory: the accesses to each word, and what was released
/// where.</summary>
/// <remarks>All members are called under <see cref="Gate"/>.</remarks>
internal sealed unsafe class GlobalRaces
{
    private readonly Dictionary<AllocationInfo, nint> records = [];
    private readonly Dictionary<ulong, Dictionary<int, int[]>> released = [];
    private long next = 1;

    /// <summary>Guards everything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The number that the first block of the launch goes by; records of smaller numbers are of earlier launches.</summary>
    public uint FirstBlock { get; private set; } = 1;

    /// <summary>Starts a launch: forgets the last one without touching its records.</summary>
    public void Start(long blocks)
    {
        released.Clear();
        if (next + blocks > uint.MaxValue)
        {
            Release();
            next = 1;
        }

        FirstBlock = (uint)next;
        next += blocks;
        List<AllocationInfo>? gone = null;
        foreach (AllocationInfo allocation in records.Keys)
        {
            if (allocation.IsFreed)
            {
                (gone ??= []).Add(allocation);
            }
        }

        foreach (AllocationInfo allocation in gone ?? [])
        {
            NativeMemory.Free((void*)records[allocation]);
            records.Remove(allocation);
        }
    }

    /// <summary>The records of an allocation, one for each word.</summary>
    public AccessRecord* Records(AllocationInfo allocation)
    {
        if (!records.TryGetValue(allocation, out nint place))
        {
            place = (nint)NativeMemory.AllocZeroed((nuint)((allocation.ByteCount + 7) / 4), (nuint)sizeof(AccessRecord));
            records.Add(allocation, place);
        }

        return (AccessRecord*)place;
    }

    /// <summary>What was released at a word: the clocks of the warps of each block.</summary>
    public Dictionary<int, int[]> ReleasedAt(ulong word)
    {
        if (!released.TryGetValue(word, out Dictionary<int, int[]>? clocks))
        {
            clocks = [];
            released.Add(word, clocks);
        }

        return clocks;
    }

    /// <summary>Adds what a block has made visible.</summary>
    public static void Join(Dictionary<int, int[]> clocks, int block, ReadOnlySpan<int> news)
    {
        if (!clocks.TryGetValue(block, out int[]? old))
        {
            clocks.Add(block, news.ToArray());
            return;
        }

        for (int w = 0; w < old.Length; w++)
        {
            old[w] = Math.Max(old[w], news[w]);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        foreach (nint first in records.Values)
        {
            NativeMemory.Free((void*)first);
        }

        records.Clear();
        released.Clear();
    }
}
