namespace Sam.Emulator;

/// <summary>The checks that can run beside a kernel.</summary>
[Flags]
public enum CheckSet
{
    /// <summary>Only what a device refuses too: addresses outside every allocation and misaligned accesses.</summary>
    None = 0,

    /// <summary>Accesses outside an allocation and to freed memory. Always on: a device faults too, though it says less.</summary>
    Bounds = 1,

    /// <summary>Accesses that are not aligned to their size. Always on, as on a device.</summary>
    Alignment = 2,

    /// <summary>Loads of bytes of global, shared or local memory that nothing has written.</summary>
    Uninitialised = 4,

    /// <summary>Conflicting accesses to shared memory that no barrier orders.</summary>
    SharedRaces = 8,

    /// <summary>Conflicting accesses to global memory that no barrier, and no fence with an atomic, orders.</summary>
    GlobalRaces = 16,

    /// <summary>Block barriers that only some threads reach, or that they reach at different instructions.</summary>
    Divergence = 32,

    /// <summary>Shuffles that read a lane that takes no part, and warp operations executed by lanes outside their own mask.</summary>
    Shuffle = 64,

    /// <summary>Every check.</summary>
    All = Bounds | Alignment | Uninitialised | SharedRaces | GlobalRaces | Divergence | Shuffle,
}
