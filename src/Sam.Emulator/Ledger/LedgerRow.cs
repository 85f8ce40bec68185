namespace Sam.Emulator;

/// <summary>What all runs of one kernel, or all work of one stream, came to.</summary>
/// <param name="Name">The kernel's name, or the stream's: "default", "stream 1" in the order of creation.</param>
/// <param name="Counters">The sums. A copy: later work does not change it.</param>
public sealed record LedgerRow(string Name, KernelCounters Counters)
{
    /// <summary>Bytes loaded from and stored to global memory.</summary>
    public long GlobalBytes => Counters.GlobalLoadBytes + Counters.GlobalStoreBytes;

    /// <summary>32-byte sectors that those took.</summary>
    public long GlobalSectors => Counters.GlobalLoadSectors + Counters.GlobalStoreSectors;

    /// <summary>Sectors over the fewest that the bytes could take: 1 is fully coalesced, 0 means no access at all.</summary>
    public double SectorsPerIdeal => GlobalBytes == 0 ? 0.0 : GlobalSectors * 32.0 / GlobalBytes;
}
