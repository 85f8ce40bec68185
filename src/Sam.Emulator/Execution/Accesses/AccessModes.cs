namespace Sam.Emulator.Execution.Accesses;

/// <summary>What an access does to memory.</summary>
internal enum AccessKind
{
    Load,
    Store,
    Atomic,
}

/// <summary>How an instruction reaches memory, packed in its mode.</summary>
internal static class AccessModes
{
    /// <summary>The bits of the <see cref="PtxSpace"/>.</summary>
    public const int SpaceMask = 15;

    /// <summary>The address register has 32 bits.</summary>
    public const int Narrow = 16;

    /// <summary>The access may be a poll for what others write.</summary>
    public const int Polls = 32;

    /// <summary>The access orders those after it (<c>acquire</c>).</summary>
    public const int Acquires = 64;

    /// <summary>The access orders those before it (<c>release</c>).</summary>
    public const int Releases = 128;

    /// <summary>The access is by a strong operation, which cannot be one side of a race with another.</summary>
    public const int Strong = 256;
}

/// <summary>The parts of the generic address space that are not global memory.</summary>
internal static class Windows
{
    public const ulong Shared = 0x0100_0000_0000_0000;
    public const ulong Local = 0x0200_0000_0000_0000;
    public const ulong Param = 0x0300_0000_0000_0000;

    /// <summary>The bits that tell the windows apart.</summary>
    public const ulong Mask = 0xFF00_0000_0000_0000;
}
