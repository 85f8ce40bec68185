namespace Sam.Emulator.Execution;

/// <summary>What a fragment waits for.</summary>
internal enum Wait
{
    /// <summary>Nothing: it can run.</summary>
    None,

    /// <summary>A block barrier.</summary>
    Barrier,

    /// <summary>The other lanes of a warp operation.</summary>
    WarpOperation,
}

/// <summary>Lanes of a warp that stand at the same instruction.</summary>
internal sealed class Fragment
{
    public uint Mask;
    public int Pc;
    public Frame Frame = null!;
    public Convergence? Top;
    public Wait Wait;

    /// <summary>The barrier, or the mask of the warp operation.</summary>
    public uint WaitFor;
}

/// <summary>A place where lanes that went separate ways meet again.</summary>
internal sealed class Convergence
{
    public int Pc;
    public Frame Frame = null!;
    public Convergence? Parent;

    /// <summary>The lanes that may still come.</summary>
    public uint Expected;

    /// <summary>The lanes that are there.</summary>
    public uint Arrived;
}
