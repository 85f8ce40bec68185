namespace Sam.Emulator;

/// <summary>What went wrong on the device.</summary>
public enum DeviceFaultKind
{
    /// <summary>An access outside every allocation, or partly outside one.</summary>
    OutOfBounds,

    /// <summary>An access to memory that was freed.</summary>
    UseAfterFree,

    /// <summary>An access that is not aligned to its size.</summary>
    Misaligned,

    /// <summary>A load of bytes that nothing has written.</summary>
    Uninitialised,

    /// <summary>Two threads of a block touch the same bytes of shared memory, one of them writes, and no barrier orders them.</summary>
    SharedRace,

    /// <summary>Two threads touch the same bytes of global memory, one of them writes, and nothing orders them.</summary>
    GlobalRace,

    /// <summary>A block barrier that only some of the threads reach, or that they reach at different instructions.</summary>
    DivergentBarrier,

    /// <summary>A shuffle that reads a lane that takes no part.</summary>
    InactiveLane,

    /// <summary>Threads that wait for each other for ever.</summary>
    Deadlock,

    /// <summary>The kernel executed <c>trap</c>.</summary>
    Trap,

    /// <summary>An <c>assert</c> of the kernel failed.</summary>
    Assert,

    /// <summary>The local memory of a thread is too small for its calls.</summary>
    StackOverflow,

    /// <summary>An indirect call to something that is no function.</summary>
    InvalidFunction,

    /// <summary>The launch ran longer than its time limit.</summary>
    TimeLimit,
}
