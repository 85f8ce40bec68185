using System.Runtime.InteropServices;

namespace Sam.Emulator.Execution;

/// <summary>One instruction, ready to run: the routine that carries it out over a warp, and where its operands lie in the frame.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct Instruction
{
    /// <summary>Carries the instruction out for the lanes of <see cref="Warp.Mask"/>.</summary>
    public delegate*<Warp, Instruction*, void> Execute;

    /// <summary>The offset of the guard predicate, or -1.</summary>
    public int Guard;

    /// <summary>All ones when the guard is negated, else 0.</summary>
    public uint GuardFlip;

    /// <summary>The offset of the result.</summary>
    public int D;

    /// <summary>The offset of the first source.</summary>
    public int A;

    /// <summary>The offset of the second source.</summary>
    public int B;

    /// <summary>The offset of the third source.</summary>
    public int C;

    /// <summary>The offset of a second result or a fourth source; -1 for none.</summary>
    public int E;

    /// <summary>Packed modifiers, see <see cref="Numerics.Modes"/>; memory instructions keep their own there.</summary>
    public int Mode;

    /// <summary>A constant of the instruction, such as the offset of an address.</summary>
    public long Immediate;

    /// <summary>The instruction to go to.</summary>
    public int Target;

    /// <summary>The instruction at which the ways of a branch meet again, or -1.</summary>
    public int Reconverge;

    /// <summary>More operands, or null; the memory belongs to the function.</summary>
    public int* List;

    /// <summary>The number of entries of <see cref="List"/>.</summary>
    public int ListCount;

    /// <summary>The index of the instruction in its function.</summary>
    public int Index;
}
