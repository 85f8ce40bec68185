namespace Sam.Emulator.Checks;

/// <summary>An access in 64 bits: which bytes of a word, by whom, and when by their own clock. Zero when there was none.</summary>
/// <remarks>From the top: the block (32 bits), the clock of its warp (17), strong or not (1), the bytes of the word (4), the thread
/// (10).</remarks>
internal readonly record struct AccessMark(ulong Bits)
{
    /// <summary>The largest clock that is told apart; later times count as ordered.</summary>
    public const int MaxClock = (1 << 17) - 1;

    /// <summary>The bits that say who it was.</summary>
    public const ulong Who = 0xFFFFFFFF_000003FF;

    /// <summary>The bits that say which block and warp it was.</summary>
    public const ulong WhichWarp = 0xFFFFFFFF_000003E0;

    public uint Block => (uint)(Bits >> 32);

    public int Clock => (int)(Bits >> 15) & MaxClock;

    public bool IsStrong => (Bits >> 14 & 1) != 0;

    public int Bytes => (int)(Bits >> 10) & 15;

    public int Thread => (int)Bits & 1023;

    /// <summary>Packs an access.</summary>
    public static AccessMark Of(uint block, int clock, bool strong, int bytes, int thread) =>
        new(((ulong)block << 32) | ((ulong)Math.Min(clock, MaxClock) << 15) | (strong ? 1ul << 14 : 0)
            | ((ulong)bytes << 10) | (uint)thread);
}

/// <summary>What is known of the accesses to a word of four bytes: the last write, and two reads by different warps.</summary>
internal struct AccessRecord
{
    public AccessMark Writer;
    public AccessMark Reader;
    public AccessMark OtherReader;
}
