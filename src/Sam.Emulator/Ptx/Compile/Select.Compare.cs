using Sam.Emulator.Execution.Numerics;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for comparisons and choices.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private static readonly string[] Comparisons =
        ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

    private void SelectSetPredicate()
    {
        PtxType type = modifiers.Type;
        string comparison = modifiers.TakeAny(Comparisons) ?? throw Unsupported("the instruction names no comparison");
        int join = TakeJoin();
        ExpectOperands(join == CompareJoin.None ? 3 : 4);
        (Operand first, Operand? second) = Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (Operand(0), null);
        current.D = first is SinkOperand ? -1 : Result(first, PtxType.Pred);
        current.E = second is null or SinkOperand ? -1 : Result(second, PtxType.Pred);
        current.A = Source(1, type);
        current.B = Source(2, type);
        if (join != CompareJoin.None)
        {
            current.C = Predicate(Operand(3), out bool negated);
            join |= negated ? CompareJoin.Negated : 0;
        }

        current.Target = join;
        current.Mode = modifiers.Take("ftz") ? Modes.Ftz : 0;
        if (type is PtxType.F16x2 or PtxType.BF16x2)
        {
            if (join != CompareJoin.None)
            {
                throw Unsupported("a comparison of pairs cannot be joined with a third predicate");
            }

            current.D = current.D < 0 ? NarrowSink() : current.D;
            current.Execute = type == PtxType.F16x2 ? HalfPair<Float16>(comparison) : HalfPair<BFloat16>(comparison);
            return;
        }

        current.Execute = Comparison(type, comparison);
    }

    private int TakeJoin() => modifiers.TakeAny("and", "or", "xor") switch
    {
        "and" => CompareJoin.And,
        "or" => CompareJoin.Or,
        "xor" => CompareJoin.Xor,
        _ => CompareJoin.None,
    };

    /// <summary>The routine of a comparison; may swap the operands.</summary>
    private Routine Comparison(PtxType type, string comparison)
    {
        bool flush = (current.Mode & Modes.Ftz) != 0;
        switch (type)
        {
            case PtxType.F32:
                Swap(comparison is "gt" or "ge" or "ltu" or "leu");
                return comparison switch
                {
                    "eq" => flush ? &Compares.Whole<FlushedCompare<Equal<float>>, float> : &Compares.Whole<Equal<float>, float>,
                    "neu" => flush ? &Compares.Whole<FlushedCompare<NotEqual<float>>, float> : &Compares.Whole<NotEqual<float>, float>,
                    "lt" or "gt" => flush ? &Compares.Whole<FlushedCompare<Less<float>>, float> : &Compares.Whole<Less<float>, float>,
                    "le" or "ge" => flush ? &Compares.Whole<FlushedCompare<LessOrEqual<float>>, float> : &Compares.Whole<LessOrEqual<float>,
                        float>,
                    "gtu" or "ltu" => flush
                        ? &Compares.Whole<FlushedCompare<NotLessOrEqual<float>>, float> : &Compares.Whole<NotLessOrEqual<float>, float>,
                    "geu" or "leu" => flush ? &Compares.Whole<FlushedCompare<NotLess<float>>, float> : &Compares.Whole<NotLess<float>,
                        float>,
                    _ => RealComparison<float>(comparison),
                };
            case PtxType.F64:
                return RealComparison<double>(comparison);
            case PtxType.F16:
                return RealComparison<Half>(comparison);
            case PtxType.BF16:
                return BFloatComparison(comparison);
        }

        Swap(comparison is "gt" or "ge" or "hi" or "hs");
        return (type, comparison) switch
        {
            (PtxType.B16 or PtxType.U16 or PtxType.S16, "eq") => &Compares.Whole<Equal<uint>, uint>,
            (PtxType.B16 or PtxType.U16 or PtxType.S16, "ne") => &Compares.Whole<NotEqual<uint>, uint>,
            (PtxType.B32 or PtxType.U32 or PtxType.S32, "eq") => &Compares.Whole<Equal<uint>, uint>,
            (PtxType.B32 or PtxType.U32 or PtxType.S32, "ne") => &Compares.Whole<NotEqual<uint>, uint>,
            (PtxType.B64 or PtxType.U64 or PtxType.S64, "eq") => &Compares.Whole<Equal<ulong>, ulong>,
            (PtxType.B64 or PtxType.U64 or PtxType.S64, "ne") => &Compares.Whole<NotEqual<ulong>, ulong>,
            (PtxType.S16, "lt" or "gt") => &Compares.Each<Less<short>, short>,
            (PtxType.S16, "le" or "ge") => &Compares.Each<LessOrEqual<short>, short>,
            (PtxType.U16, "lt" or "gt" or "lo" or "hi") => &Compares.Whole<Less<uint>, uint>,
            (PtxType.U16, "le" or "ge" or "ls" or "hs") => &Compares.Whole<LessOrEqual<uint>, uint>,
            (PtxType.S32, "lt" or "gt") => &Compares.Whole<Less<int>, int>,
            (PtxType.S32, "le" or "ge") => &Compares.Whole<LessOrEqual<int>, int>,
            (PtxType.U32, "lt" or "gt" or "lo" or "hi") => &Compares.Whole<Less<uint>, uint>,
            (PtxType.U32, "le" or "ge" or "ls" or "hs") => &Compares.Whole<LessOrEqual<uint>, uint>,
            (PtxType.S64, "lt" or "gt") => &Compares.Whole<Less<long>, long>,
            (PtxType.S64, "le" or "ge") => &Compares.Whole<LessOrEqual<long>, long>,
            (PtxType.U64, "lt" or "gt" or "lo" or "hi") => &Compares.Whole<Less<ulong>, ulong>,
            (PtxType.U64, "le" or "ge" or "ls" or "hs") => &Compares.Whole<LessOrEqual<ulong>, ulong>,
            _ => throw Unsupported($"'{comparison}' does not compare this type"),
        };
    }

    private void Swap(bool swap)
    {
        if (swap)
        {
            (current.A, current.B) = (current.B, current.A);
        }
    }

    private Routine RealComparison<T>(string comparison)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => comparison switch
        {
            "eq" => &Compares.Each<RealCompare<T, RealKinds.Eq>, T>,
            "ne" => &Compares.Each<RealCompare<T, RealKinds.Ne>, T>,
            "lt" => &Compares.Each<RealCompare<T, RealKinds.Lt>, T>,
            "le" => &Compares.Each<RealCompare<T, RealKinds.Le>, T>,
            "gt" => &Compares.Each<RealCompare<T, RealKinds.Gt>, T>,
            "ge" => &Compares.Each<RealCompare<T, RealKinds.Ge>, T>,
            "equ" => &Compares.Each<RealCompare<T, RealKinds.Equ>, T>,
            "neu" => &Compares.Each<RealCompare<T, RealKinds.Neu>, T>,
            "ltu" => &Compares.Each<RealCompare<T, RealKinds.Ltu>, T>,
            "leu" => &Compares.Each<RealCompare<T, RealKinds.Leu>, T>,
            "gtu" => &Compares.Each<RealCompare<T, RealKinds.Gtu>, T>,
            "geu" => &Compares.Each<RealCompare<T, RealKinds.Geu>, T>,
            "num" => &Compares.Each<RealCompare<T, RealKinds.Num>, T>,
            "nan" => &Compares.Each<RealCompare<T, RealKinds.Nan>, T>,
            _ => throw Unsupported($"'{comparison}' does not compare reals"),
        };

    private Routine BFloatComparison(string comparison) => comparison switch
    {
        "eq" => &Compares.Each<BFloatCompare<RealKinds.Eq>, ushort>,
        "ne" => &Compares.Each<BFloatCompare<RealKinds.Ne>, ushort>,
        "lt" => &Compares.Each<BFloatCompare<RealKinds.Lt>, ushort>,
        "le" => &Compares.Each<BFloatCompare<RealKinds.Le>, ushort>,
        "gt" => &Compares.Each<BFloatCompare<RealKinds.Gt>, ushort>,
        "ge" => &Compares.Each<BFloatCompare<RealKinds.Ge>, ushort>,
        "equ" => &Compares.Each<BFloatCompare<RealKinds.Equ>, ushort>,
        "neu" => &Compares.Each<BFloatCompare<RealKinds.Neu>, ushort>,
        "ltu" => &Compares.Each<BFloatCompare<RealKinds.Ltu>, ushort>,
        "leu" => &Compares.Each<BFloatCompare<RealKinds.Leu>, ushort>,
        "gtu" => &Compares.Each<BFloatCompare<RealKinds.Gtu>, ushort>,
        "geu" => &Compares.Each<BFloatCompare<RealKinds.Geu>, ushort>,
        "num" => &Compares.Each<BFloatCompare<RealKinds.Num>, ushort>,
        "nan" => &Compares.Each<BFloatCompare<RealKinds.Nan>, ushort>,
        _ => throw Unsupported($"'{comparison}' does not compare reals"),
    };

    private void SelectSet()
    {
        if (modifiers.Types.Count != 2)
        {
            throw UnsupportedType();
        }

        PtxType to = modifiers.Types[0];
        PtxType from = modifiers.Types[1];
        string comparison = modifiers.TakeAny(Comparisons) ?? throw Unsupported("the instruction names no comparison");
        bool flush = modifiers.Take("ftz");
        ExpectOperands(3);
        current.D = Result(0, to);
        current.A = Source(1, from);
        current.B = Source(2, from);
        if (from is PtxType.F16 or PtxType.F16x2 or PtxType.BF16 or PtxType.BF16x2 && to == from)
        {
            current.C = current.A;
            current.Mode = (flush ? Modes.Ftz : 0) | (from is PtxType.F16x2 or PtxType.BF16x2 ? Halves.Packed : 0);
            current.Execute = from is PtxType.F16 or PtxType.F16x2 ? HalfSet<Float16>(comparison) : HalfSet<BFloat16>(comparison);
            return;
        }

        if (to is not (PtxType.U32 or PtxType.S32 or PtxType.F32 or PtxType.U16 or PtxType.S16))
        {
            throw UnsupportedType();
        }

        current.Mode = flush ? Modes.Ftz : 0;
        current.E = -1;
        Routine compare = Comparison(from, comparison);
        current.Immediate = to == PtxType.F32 ? 0x3F800000 : to.Size() == 2 ? 0xFFFF : uint.MaxValue;
        current.Execute = &Compares.Set;
        current.List = compiled.MakeRoutineList(compare);
        current.C = NarrowSink();
    }

    private void SelectChoice()
    {
        PtxType type = modifiers.Type;
        if (modifiers.Name == "slct")
        {
            if (modifiers.Types.Count != 2)
            {
                throw UnsupportedType();
            }

            modifiers.Take("ftz");
            PtxType chosen = modifiers.Types[0];
            ExpectOperands(4);
            current.D = Result(0, chosen);
            current.A = Source(1, chosen);
            current.B = Source(2, chosen);
            current.C = Source(3, type);
            current.Execute = (chosen.Size(), type) switch
            {
                (4, PtxType.S32) => &Moves.SelectBySign<uint, int>,
                (8, PtxType.S32) => &Moves.SelectBySign<ulong, int>,
                (2, PtxType.S32) => &Moves.SelectBySign<ushort, int>,
                (4, PtxType.F32) => &Moves.SelectBySign<uint, float>,
                (8, PtxType.F32) => &Moves.SelectBySign<ulong, float>,
                (2, PtxType.F32) => &Moves.SelectBySign<ushort, float>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        ExpectOperands(4);
        current.D = Result(0, type);
        current.A = Source(1, type);
        current.B = Source(2, type);
        current.C = Predicate(Operand(3), out bool negated);
        current.Mode = negated ? -1 : 0;
        current.Execute = type.Size() == 8 ? &Whole.Select64 : &Whole.Select32;
    }
}
