namespace Sam.Emulator;

/// <summary>What a launch did, counted as a profiler counts: by warp instruction, by byte and by 32-byte sector.</summary>
/// <remarks>Not thread-safe: one instance belongs to one launch at a time. <see cref="Add"/> merges several.</remarks>
public sealed class KernelCounters
{
    /// <summary>The number of launches.</summary>
    public long Launches { get; set; }

    /// <summary>The number of blocks that ran.</summary>
    public long Blocks { get; set; }

    /// <summary>Warp instructions issued, each counted once whatever the number of active lanes.</summary>
    public long Instructions { get; set; }

    /// <summary>Lane instructions: warp instructions weighted by their active lanes, predicated-off lanes not counted.</summary>
    public long LaneInstructions { get; set; }

    /// <summary>Bytes that lanes loaded from global memory.</summary>
    public long GlobalLoadBytes { get; set; }

    /// <summary>Bytes that lanes stored to global memory.</summary>
    public long GlobalStoreBytes { get; set; }

    /// <summary>Distinct 32-byte sectors per warp load, summed over loads of global memory.</summary>
    public long GlobalLoadSectors { get; set; }

    /// <summary>Distinct 32-byte sectors per warp store, summed over stores to global memory.</summary>
    public long GlobalStoreSectors { get; set; }

    /// <summary>Warp loads of global memory.</summary>
    public long GlobalLoads { get; set; }

    /// <summary>Warp stores to global memory.</summary>
    public long GlobalStores { get; set; }

    /// <summary>Bytes that lanes loaded from constant memory and kernel parameters.</summary>
    public long ConstantLoadBytes { get; set; }

    /// <summary>Bytes that lanes loaded from shared memory.</summary>
    public long SharedLoadBytes { get; set; }

    /// <summary>Bytes that lanes stored to shared memory.</summary>
    public long SharedStoreBytes { get; set; }

    /// <summary>Extra passes over the 32 four-byte banks that shared-memory accesses needed.</summary>
    public long SharedBankConflicts { get; set; }

    /// <summary>Bytes that lanes loaded from or stored to local memory.</summary>
    public long LocalBytes { get; set; }

    /// <summary>Atomic operations, one for each lane.</summary>
    public long Atomics { get; set; }

    /// <summary>Block barriers, one for each warp that arrives.</summary>
    public long Barriers { get; set; }

    /// <summary>Branches after which the active lanes of a warp went separate ways.</summary>
    public long DivergentBranches { get; set; }

    /// <summary>Adds the figures of another instance to this one.</summary>
    /// <param name="other">What to add; left as it is.</param>
    public void Add(KernelCounters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Launches += other.Launches;
        Blocks += other.Blocks;
        Instructions += other.Instructions;
        LaneInstructions += other.LaneInstructions;
        GlobalLoadBytes += other.GlobalLoadBytes;
        GlobalStoreBytes += other.GlobalStoreBytes;
        GlobalLoadSectors += other.GlobalLoadSectors;
        GlobalStoreSectors += other.GlobalStoreSectors;
        GlobalLoads += other.GlobalLoads;
        GlobalStores += other.GlobalStores;
        ConstantLoadBytes += other.ConstantLoadBytes;
        SharedLoadBytes += other.SharedLoadBytes;
        SharedStoreBytes += other.SharedStoreBytes;
        SharedBankConflicts += other.SharedBankConflicts;
        LocalBytes += other.LocalBytes;
        Atomics += other.Atomics;
        Barriers += other.Barriers;
        DivergentBranches += other.DivergentBranches;
    }

    /// <summary>Sets every figure to zero.</summary>
    public void Clear()
    {
        Launches = Blocks = Instructions = LaneInstructions = 0;
        GlobalLoadBytes = GlobalStoreBytes = GlobalLoadSectors = GlobalStoreSectors = GlobalLoads = GlobalStores = 0;
        ConstantLoadBytes = SharedLoadBytes = SharedStoreBytes = SharedBankConflicts = LocalBytes = 0;
        Atomics = Barriers = DivergentBranches = 0;
    }
}
