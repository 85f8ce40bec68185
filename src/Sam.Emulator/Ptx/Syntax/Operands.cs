namespace Sam.Emulator.Ptx.Syntax;

/// <summary>An operand of an instruction, as the text has it.</summary>
internal abstract record Operand;

/// <summary>A register.</summary>
internal sealed record RegisterOperand(Register Register) : Operand;

/// <summary>A register that the hardware fills, such as <c>%tid.x</c>.</summary>
internal sealed record SpecialOperand(SpecialRegister Special) : Operand;

/// <summary>A number. The bits of an integer are its 64-bit value, those of a float are of the kind's width.</summary>
internal sealed record ImmediateOperand(TokenKind Kind, ulong Bits) : Operand;

/// <summary>The name of a variable, a function or a label, plus a number of bytes.</summary>
internal sealed record SymbolOperand(string Name, long Addend, Scope Scope) : Operand;

/// <summary>A place in memory: <c>[base+offset]</c>; the base is null for a plain number.</summary>
internal sealed record AddressOperand(Operand? Base, long Offset) : Operand;

/// <summary>Operands in braces.</summary>
internal sealed record VectorOperand(Operand[] Elements) : Operand;

/// <summary>Operands in parentheses, as in a call.</summary>
internal sealed record ListOperand(Operand[] Elements) : Operand;

/// <summary>Two results: <c>p|q</c>.</summary>
internal sealed record PairOperand(Operand First, Operand Second) : Operand;

/// <summary>A negated predicate: <c>!p</c>.</summary>
internal sealed record NegatedOperand(Operand Inner) : Operand;

/// <summary>A result that nobody wants: <c>_</c>.</summary>
internal sealed record SinkOperand : Operand;

/// <summary>A register of a function: a column of 32 values, or 32 bits for a predicate.</summary>
internal sealed class Register(string name, PtxType type)
{
    /// <summary>The name in the text.</summary>
    public string Name { get; } = name;

    /// <summary>The declared type.</summary>
    public PtxType Type { get; } = type;

    /// <summary>The byte offset in the frame of its function; set by the compiler.</summary>
    public int Slot { get; set; } = -1;
}

/// <summary>The names of one pair of braces.</summary>
internal sealed class Scope(Scope? parent)
{
    /// <summary>Registers, variables, labels and prototypes by name.</summary>
    public Dictionary<string, object> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Ranges <c>%r&lt;12&gt;</c> by prefix.</summary>
    public Dictionary<string, (PtxType Type, ulong Count)> Ranges { get; } = new(StringComparer.Ordinal);

    /// <summary>The braces around these.</summary>
    public Scope? Parent { get; } = parent;

    /// <summary>Looks a name up, here and outwards.</summary>
    public object? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Names.TryGetValue(name, out object? found) || scope.TryMake(name, out found))
            {
                return found;
            }
        }

        return null;
    }

    private bool TryMake(string name, out object? register)
    {
        register = null;
        if (Ranges.Count == 0)
        {
            return false;
        }

        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1]))
        {
            digits--;
        }

        // A prefix may itself end in digits (%r1<4> gives %r10..%r13), so every split is tried.
        for (int split = digits; split < name.Length; split++)
        {
            if (Ranges.TryGetValue(name[..split], out (PtxType Type, ulong Count) range)
                && ulong.TryParse(name.AsSpan(split), out ulong index) && index < range.Count
                    && (index == 0 ? split == name.Length - 1 : name[split] != '0'))
            {
                register = new Register(name, range.Type);
                Names.Add(name, register);
                return true;
            }
        }

        return false;
    }
}
