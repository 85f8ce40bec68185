namespace Sam.Emulator.Checks;

/// <summary>The last access to some bytes of a word: who, when by their own clock, and how.</summary>
internal struct AccessMark
{
    /// <summary>The block in the grid.</summary>
    public int Block;

    /// <summary>The clock of the warp; 0 when there was no access.</summary>
    public int Clock;

    /// <summary>The thread in the block.</summary>
    public ushort Thread;

    /// <summary>The bytes of the word, one bit each.</summary>
    public byte Bytes;

    /// <summary>Whether the access was atomic or volatile.</summary>
    public bool IsStrong;
}

/// <summary>What is known of the accesses to a word of four bytes: the last write, and two reads by different warps.</summary>
internal struct AccessRecord
{
    public AccessMark Writer;
    public AccessMark Reader;
    public AccessMark OtherReader;
}
