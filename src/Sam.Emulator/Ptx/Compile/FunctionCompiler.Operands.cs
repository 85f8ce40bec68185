using Sam.Emulator.Execution;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for operands: each becomes an offset in the frame.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private const int NarrowKind = 0;
    private const int WideKind = 1;
    private const int PredicateKind = 2;

    /// <summary>The offset of a source of a type.</summary>
    private int Source(int k, PtxType type, bool anyWidth = false) => Source(Operand(k), type, anyWidth);

    private int Source(Operand operand, PtxType type, bool anyWidth = false)
    {
        int size = type.Size();
        switch (operand)
        {
            case RegisterOperand r:
                int width = r.Register.Type.Size();
                if (width == 0)
                {
                    throw Unsupported($"'{r.Register.Name}' is a predicate");
                }

                if (width != size && !(anyWidth && width > size))
                {
                    throw Unsupported($"'{r.Register.Name}' has {width * 8} bits where {size * 8} are wanted");
                }

                return r.Register.Slot;
            case ImmediateOperand i:
                ulong bits = Literals.Convert(i.Kind, i.Bits, type);
                if (i.Kind == TokenKind.Integer && type is PtxType.F32 or PtxType.F64 or PtxType.TF32)
                {
                    bits = Literals.FloatBits(type, (long)i.Bits);
                }

                return Constant(size switch { 8 => bits, 4 => (uint)bits, 2 => (ushort)bits, _ => (byte)bits }, size == 8);
            case SpecialOperand s:
                return Special(s.Special, size);
            case SymbolOperand s:
                return Symbol(s, size);
            default:
                throw Unsupported("a register or a number expected");
        }
    }

    /// <summary>The offset of a predicate; a negated one sets <paramref name="negated"/>.</summary>
    private int Predicate(Operand operand, out bool negated)
    {
        negated = false;
        if (operand is NegatedOperand n)
        {
            negated = true;
            operand = n.Inner;
        }

        return operand switch
        {
            RegisterOperand { Register.Type: PtxType.Pred } r => r.Register.Slot,
            ImmediateOperand { Kind: TokenKind.Integer } i => PredicateConstant(i.Bits != 0),
            _ => throw Unsupported("a predicate expected"),
        };
    }

    private int Predicate(int k)
    {
        int slot = Predicate(Operand(k), out bool negated);
        return negated ? throw Unsupported("a negated predicate cannot stand here") : slot;
    }

    /// <summary>The offset of a result of a type.</summary>
    private int Result(int k, PtxType type, bool anyWidth = false) => Result(Operand(k), type, anyWidth);

    private int Result(Operand operand, PtxType type, bool anyWidth = false)
    {
        int size = type.Size();
        switch (operand)
        {
            case SinkOperand:
                return size == 8 ? WideSink() : NarrowSink();
            case RegisterOperand r when type == PtxType.Pred:
                return r.Register.Type == PtxType.Pred ? r.Register.Slot : throw Unsupported($"'{r.Register.Name}' is no predicate");
            case RegisterOperand r:
                int width = r.Register.Type.Size();
                if (width != size && !(anyWidth && width > size))
                {
                    throw Unsupported($"'{r.Register.Name}' has {width * 8} bits where the result has {size * 8}");
                }

                return r.Register.Slot;
            default:
                throw Unsupported("a register expected for the result");
        }
    }

    /// <summary>The register of an operand, or null.</summary>
    private static Register? RegisterOf(Operand operand) => (operand as RegisterOperand)?.Register;

    private int NarrowSink() => sink >= 0 ? sink : sink = Grow(Lane.Narrow);

    private int WideSink() => wideSink >= 0 ? wideSink : wideSink = Grow(Lane.Wide);

    private int Grow(int bytes)
    {
        int offset = frameBytes;
        frameBytes = (frameBytes + bytes + 63) & ~63;
        return offset;
    }

    private int Constant(ulong bits, bool isWide)
    {
        (ulong, int) key = (bits, isWide ? WideKind : NarrowKind);
        if (!constants.TryGetValue(key, out int offset))
        {
            offset = Grow(isWide ? Lane.Wide : Lane.Narrow);
            constants.Add(key, offset);
            compiled.Constants.Add(new ConstantSlot(offset, isWide, ConstantKind.Bits, bits, "", null));
        }

        return offset;
    }

    private int PredicateConstant(bool value)
    {
        (ulong, int) key = (value ? 1ul : 0, PredicateKind);
        if (!constants.TryGetValue(key, out int offset))
        {
            offset = Grow(Lane.Narrow);
            constants.Add(key, offset);
            compiled.Constants.Add(new ConstantSlot(offset, false, ConstantKind.Bits, value ? uint.MaxValue : 0, "", null));
        }

        return offset;
    }

    private int Special(SpecialRegister register, int size)
    {
        if (register.IsVolatile())
        {
            throw Unsupported("a register that changes while the kernel runs can be read by mov only");
        }

        if (size == 8 && register.Size() != 8)
        {
            throw Unsupported("the special register has 32 bits where 64 are wanted");
        }

        if (!specials.TryGetValue(register, out int offset))
        {
            offset = Grow(register.Size() == 8 ? Lane.Wide : Lane.Narrow);
            specials.Add(register, offset);
            compiled.Specials.Add(new SpecialSlot(offset, register));
        }

        return offset;
    }

    /// <summary>The address of a variable or function as a value.</summary>
    private int Symbol(SymbolOperand operand, int size)
    {
        bool isWide = size == 8;
        if (size < 4)
        {
            throw Unsupported("an address needs 32 or 64 bits");
        }

        object found = operand.Scope.Find(operand.Name) ?? throw Unsupported($"there is no '{operand.Name}'");
        switch (found)
        {
            case VariableSyntax variable:
                return VariableAddress(variable, operand.Addend, isWide);
            case PtxGlobal when isWide:
                return Named(ConstantKind.GlobalAddress, operand);
            case FunctionSyntax target when isWide:
                if (!functions.ContainsKey(target.Name))
                {
                    throw Unsupported($"the address of '{target.Name}', which the text does not define");
                }

                compiled.Callees.Add(target.Name);
                return Named(ConstantKind.FunctionAddress, operand);
            default:
                throw Unsupported($"'{operand.Name}' has no address of {size * 8} bits");
        }
    }

    private int Named(ConstantKind kind, SymbolOperand operand)
    {
        int offset = Grow(Lane.Wide);
        compiled.Constants.Add(new ConstantSlot(offset, true, kind, (ulong)operand.Addend, operand.Name, null));
        return offset;
    }

    private int VariableAddress(VariableSyntax variable, long addend, bool isWide)
    {
        (VariableSyntax, long, bool) key = (variable, addend, isWide);
        if (symbols.TryGetValue(key, out int offset))
        {
            return offset;
        }

        offset = Grow(isWide ? Lane.Wide : Lane.Narrow);
        symbols.Add(key, offset);
        switch (variable.Space)
        {
            case PtxSpace.Shared:
                compiled.Shared.Add(variable);
                compiled.Constants.Add(new ConstantSlot(offset, isWide, ConstantKind.SharedOffset, (ulong)addend, "", variable));
                break;
            case PtxSpace.Local:
                compiled.Locals.Add(new LocalSlot(offset, isWide, variable.Offset + addend));
                break;
            case PtxSpace.Param when function.IsEntry && function.Parameters.Contains(variable):
                compiled.Constants.Add(new ConstantSlot(offset, isWide, ConstantKind.Bits, (ulong)(variable.Offset + addend), "", null));
                break;
            default:
                throw Unsupported($"the address of '{variable.Name}' cannot be taken");
        }

        return offset;
    }
}
