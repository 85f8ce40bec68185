using System.Runtime.InteropServices;

namespace Sam.Emulator.Execution;

/// <summary>The registers and parameters of one call of a function by lanes of one warp.</summary>
internal sealed unsafe class Frame
{
    public Frame(CompiledFunction function, ulong[] constants)
    {
        Function = function;
        Memory = (byte*)NativeMemory.AlignedAlloc((nuint)function.FrameBytes, 64);
        NativeMemory.Clear(Memory, (nuint)function.FrameBytes);
        for (int k = 0; k < constants.Length; k++)
        {
            ConstantSlot slot = function.Constants[k];
            Fill(slot.Offset, slot.IsWide, constants[k]);
        }

        foreach (LocalSlot slot in function.Locals)
        {
            Fill(slot.Offset, slot.IsWide, (ulong)slot.Value);
        }
    }

    public CompiledFunction Function { get; }

    public byte* Memory { get; }

    /// <summary>The parameter bytes of a lane.</summary>
    public byte* Parameters(int lane) => Memory + Function.ParameterStart + (lane * Function.ParameterBytes);

    /// <summary>The frame that called, or null for that of a kernel.</summary>
    public Frame? Caller;

    /// <summary>The call; valid when there is a caller.</summary>
    public Instruction* Call;

    /// <summary>The instruction of the caller that follows the call.</summary>
    public int ReturnPc;

    /// <summary>The lanes that have not left it yet.</summary>
    public uint Live;

    /// <summary>Where its local variables start in the local memory of a lane.</summary>
    public int LocalBase;

    /// <summary>The block whose special registers it holds.</summary>
    public long Epoch = -1;

    /// <summary>Moves the addresses of its local variables to another depth.</summary>
    public void Rebase(int localBase)
    {
        if (localBase != LocalBase)
        {
            LocalBase = localBase;
            foreach (LocalSlot slot in Function.Locals)
            {
                Fill(slot.Offset, slot.IsWide, (ulong)(slot.Value + localBase));
            }
        }
    }

    public void Release() => NativeMemory.AlignedFree(Memory);

    private void Fill(int offset, bool isWide, ulong value)
    {
        if (isWide)
        {
            Lane.Fill64(Memory + offset, value);
        }
        else
        {
            Lane.Fill32(Memory + offset, (uint)value);
        }
    }
}
