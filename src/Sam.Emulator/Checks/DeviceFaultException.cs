namespace Sam.Emulator;

/// <summary>A mistake of a kernel, found while it ran: what, where, by which thread, and on which allocation.</summary>
public sealed class DeviceFaultException : Exception
{
    /// <summary>Makes a finding.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">The whole text a person needs.</param>
    public DeviceFaultException(DeviceFaultKind kind, string message)
        : base(message)
    {
        Kind = kind;
    }

    /// <summary>What went wrong.</summary>
    public DeviceFaultKind Kind { get; }

    /// <summary>The kernel that was running.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>The block of the thread at fault.</summary>
    public Dim3 Block { get; init; }

    /// <summary>The thread at fault, within its block.</summary>
    public Dim3 Thread { get; init; }

    /// <summary>The address at fault: a device address for global memory, an offset for shared and local memory; 0 when there is
    /// none.</summary>
    public ulong Address { get; init; }

    /// <summary>The number of bytes of the access; 0 when there is none.</summary>
    public int ByteCount { get; init; }

    /// <summary>The allocation that the access missed or hit after its end; null when none is near, or when it is not about
    /// memory.</summary>
    public AllocationInfo? Allocation { get; init; }

    /// <summary>How many bytes the access reaches beyond the end of <see cref="Allocation"/> (positive), or starts before it
    /// (negative).</summary>
    public long BytesOutside { get; init; }

    /// <summary>The line of the PTX text.</summary>
    public int PtxLine { get; init; }

    /// <summary>The PTX instruction.</summary>
    public string Instruction { get; init; } = "";

    /// <summary>The source file that <c>.loc</c> names; null when the text has no line information.</summary>
    public string? SourceFile { get; init; }

    /// <summary>The source line that <c>.loc</c> names; 0 when the text has no line information.</summary>
    public int SourceLine { get; init; }
}
