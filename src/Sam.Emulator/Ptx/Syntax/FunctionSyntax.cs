namespace Sam.Emulator.Ptx.Syntax;

/// <summary>One instruction, as the text has it.</summary>
internal sealed class InstructionSyntax
{
    /// <summary>The line of the text.</summary>
    public required int Line { get; init; }

    /// <summary>The opcode with all its modifiers.</summary>
    public required string Opcode { get; init; }

    /// <summary>The operands, in order.</summary>
    public required Operand[] Operands { get; init; }

    /// <summary>The predicate that guards it; null for none.</summary>
    public Register? Guard { get; init; }

    /// <summary>Whether it runs where the guard is false.</summary>
    public bool IsGuardNegated { get; init; }

    /// <summary>The file number of the last <c>.loc</c>; 0 for none.</summary>
    public int SourceFile { get; init; }

    /// <summary>The line of the last <c>.loc</c>; 0 for none.</summary>
    public int SourceLine { get; init; }
}

/// <summary>A variable in some memory, or a parameter.</summary>
internal sealed class VariableSyntax
{
    /// <summary>The name in the text.</summary>
    public required string Name { get; init; }

    /// <summary>The line of the declaration.</summary>
    public required int Line { get; init; }

    /// <summary>The space.</summary>
    public required PtxSpace Space { get; init; }

    /// <summary>The element type.</summary>
    public required PtxType Type { get; init; }

    /// <summary>The length in bytes; 0 for an array without a size.</summary>
    public required long ByteCount { get; init; }

    /// <summary>The alignment in bytes.</summary>
    public required int Alignment { get; init; }

    /// <summary>Whether it has no size and stands for the memory that the launch adds.</summary>
    public bool IsUnsized { get; init; }

    /// <summary>The offset in its space, set by the compiler.</summary>
    public int Offset { get; set; } = -1;
}

/// <summary>A place in a function that branches name.</summary>
internal sealed class LabelSyntax(string name)
{
    /// <summary>The name in the text.</summary>
    public string Name { get; } = name;

    /// <summary>The index of the instruction that follows it.</summary>
    public int Index { get; set; } = -1;
}

/// <summary>The list of labels of a <c>.branchtargets</c> or the shape of a <c>.callprototype</c>.</summary>
internal sealed record TableSyntax(string Kind, SymbolOperand[] Labels, FunctionSyntax? Prototype);

/// <summary>A kernel or a function.</summary>
internal sealed class FunctionSyntax
{
    /// <summary>The name in the text.</summary>
    public required string Name { get; init; }

    /// <summary>The line of its name.</summary>
    public required int Line { get; init; }

    /// <summary>Whether it is a kernel.</summary>
    public required bool IsEntry { get; init; }

    /// <summary>What it returns.</summary>
    public List<VariableSyntax> Returns { get; } = [];

    /// <summary>What it takes.</summary>
    public List<VariableSyntax> Parameters { get; } = [];

    /// <summary>The variables in local, shared and parameter memory that its body declares.</summary>
    public List<VariableSyntax> Variables { get; } = [];

    /// <summary>Whether it has a body.</summary>
    public bool HasBody { get; set; }

    /// <summary>The instructions.</summary>
    public List<InstructionSyntax> Body { get; } = [];

    /// <summary>The largest block shape; null for none.</summary>
    public Dim3? MaxThreads { get; set; }

    /// <summary>The block shape demanded; null for none.</summary>
    public Dim3? RequiredThreads { get; set; }

    /// <summary>The value of <c>.minnctapersm</c>; null for none.</summary>
    public int? MinBlocks { get; set; }
}

/// <summary>A whole text.</summary>
internal sealed class ModuleSyntax
{
    /// <summary>The value of <c>.version</c>.</summary>
    public Version Version { get; set; } = new(0, 0);

    /// <summary>The architecture of <c>.target</c>.</summary>
    public int Target { get; set; }

    /// <summary>The functions, in order; definitions replace declarations.</summary>
    public List<FunctionSyntax> Functions { get; } = [];

    /// <summary>The variables in global and constant memory.</summary>
    public List<PtxGlobal> Globals { get; } = [];

    /// <summary>Shared variables of the module.</summary>
    public List<VariableSyntax> Shared { get; } = [];

    /// <summary>The names of the module.</summary>
    public Scope Scope { get; } = new(null);

    /// <summary>Source files by number.</summary>
    public Dictionary<int, string> Files { get; } = [];
}
