using System.Runtime.InteropServices;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Execution;

/// <summary>What a constant of a frame stands for.</summary>
internal enum ConstantKind
{
    /// <summary>The bits themselves.</summary>
    Bits,

    /// <summary>The address of a variable of the module.</summary>
    GlobalAddress,

    /// <summary>The offset of a shared variable, which each kernel lays out for itself.</summary>
    SharedOffset,

    /// <summary>The address of a function.</summary>
    FunctionAddress,
}

/// <summary>A register that holds one value in all lanes from the start of a frame on.</summary>
internal sealed record ConstantSlot(int Offset, bool IsWide, ConstantKind Kind, ulong Bits, string Symbol, VariableSyntax? Variable);

/// <summary>A register that a special register fills.</summary>
internal sealed record SpecialSlot(int Offset, SpecialRegister Register);

/// <summary>A register that holds the address of a local variable, which depends on the depth of the call.</summary>
internal sealed record LocalSlot(int Offset, bool IsWide, long Value);

/// <summary>A parameter or a result in the parameter bytes of a frame.</summary>
internal readonly record struct ParameterPlace(int Offset, int ByteCount);

/// <summary>A function, ready to run.</summary>
internal sealed unsafe class CompiledFunction
{
    private readonly List<nint> owned = [];

    public required string Name { get; init; }

    public required FunctionSyntax Syntax { get; init; }

    /// <summary>The number of the function in its module.</summary>
    public required int Index { get; init; }

    public Instruction* Code { get; private set; }

    public int Count { get; private set; }

    /// <summary>The text of each instruction, for messages.</summary>
    public InstructionSyntax[] Sources { get; set; } = [];

    /// <summary>Bytes of predicates, constants and registers in a frame.</summary>
    public int RegisterBytes { get; set; }

    /// <summary>Parameter bytes of each lane.</summary>
    public int ParameterBytes { get; set; }

    /// <summary>Bytes of local variables of each lane.</summary>
    public int LocalBytes { get; set; }

    public List<ConstantSlot> Constants { get; } = [];

    public List<SpecialSlot> Specials { get; } = [];

    public List<LocalSlot> Locals { get; } = [];

    public ParameterPlace[] Formals { get; set; } = [];

    public ParameterPlace[] Results { get; set; } = [];

    /// <summary>Shared variables that it names.</summary>
    public HashSet<VariableSyntax> Shared { get; } = [];

    /// <summary>Functions that it calls or takes the address of.</summary>
    public HashSet<string> Callees { get; } = [];

    /// <summary>The matrix products of its code.</summary>
    public List<MatrixForm> Matrices { get; } = [];

    /// <summary>The matrix operands that its code loads and stores.</summary>
    public List<MatrixOperand> Operands { get; } = [];

    public bool HasIndirectCalls { get; set; }

    public int LiveRegisters { get; set; }

    /// <summary>Where the parameter bytes start in a frame.</summary>
    public int ParameterStart => (RegisterBytes + 63) & ~63;

    /// <summary>Bytes of a frame.</summary>
    public int FrameBytes => ParameterStart + (ParameterBytes * Lane.Count) + 64;

    public void SetCode(List<Instruction> code)
    {
        Count = code.Count;
        Code = (Instruction*)Allocate(code.Count * sizeof(Instruction));
        CollectionsMarshal.AsSpan(code).CopyTo(new Span<Instruction>(Code, Count));
    }

    public int* MakeList(List<int> values)
    {
        int* list = (int*)Allocate(Math.Max(1, values.Count) * sizeof(int));
        CollectionsMarshal.AsSpan(values).CopyTo(new Span<int>(list, values.Count));
        return list;
    }

    /// <summary>Keeps a routine in the place of a list of operands.</summary>
    public int* MakeRoutineList(delegate*<Warp, Instruction*, void> routine)
    {
        void** list = (void**)Allocate(sizeof(void*));
        *list = routine;
        return (int*)list;
    }

    /// <summary>A list of two routines, the first of which may be null.</summary>
    public int* MakeRoutineList(void* first, delegate*<Warp, Instruction*, void> second)
    {
        void** list = (void**)Allocate(2 * sizeof(void*));
        list[0] = first;
        list[1] = second;
        return (int*)list;
    }

    ~CompiledFunction()
    {
        foreach (nint block in owned)
        {
            NativeMemory.AlignedFree((void*)block);
        }
    }

    private void* Allocate(int bytes)
    {
        void* block = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        owned.Add((nint)block);
        return block;
    }
}
