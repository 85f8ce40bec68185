namespace Sam.Emulator;

/// <summary>The state space of a variable or of an access.</summary>
public enum PtxSpace
{
    /// <summary>Any of global, shared and local, told apart by the address.</summary>
    Generic,

    /// <summary>Global memory.</summary>
    Global,

    /// <summary>Constant memory.</summary>
    Const,

    /// <summary>The shared memory of a block.</summary>
    Shared,

    /// <summary>The private memory of a thread.</summary>
    Local,

    /// <summary>Kernel and function parameters.</summary>
    Param,
}
