using Sam.Emulator.Execution.Numerics;
using Sam.Emulator.Execution.Operations;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for arithmetic of reals.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectRealSum(PtxType type, bool add)
    {
        current.Mode = modifiers.TakeMode();
        if (TrySelectHalf(type, 2, add ? HalfKind.Add : HalfKind.Subtract))
        {
            return;
        }

        Operands(2, type);
        current.Execute = (type, Modes.Rounding(current.Mode)) switch
        {
            (PtxType.F32, RoundingMode.Nearest) => add
                ? Finished(&Whole.Binary<Reals.Add<Reals.Plain>, float>, &Whole.Binary<Reals.Add<Reals.Flushed>, float>,
                    &Whole.Binary<Reals.Add<Reals.Clamped>, float>, &Whole.Binary<Reals.Add<Reals.FlushedClamped>, float>)
                : Finished(&Whole.Binary<Reals.Subtract<Reals.Plain>, float>, &Whole.Binary<Reals.Subtract<Reals.Flushed>, float>,
                    &Whole.Binary<Reals.Subtract<Reals.Clamped>, float>, &Whole.Binary<Reals.Subtract<Reals.FlushedClamped>, float>),
            (PtxType.F32, _) => add
                ? &Each.Binary<DirectedReals.Add, float, float, float> : &Each.Binary<DirectedReals.Subtract, float, float, float>,
            (PtxType.F64, RoundingMode.Nearest) => add
                ? &Whole.Binary<Integers.Add<double>, double> : &Whole.Binary<Integers.Subtract<double>, double>,
            (PtxType.F64, _) => add
                ? &Each.Binary<DirectedReals.Add, double, double, double> : &Each.Binary<DirectedReals.Subtract, double, double, double>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectRealProduct(PtxType type)
    {
        current.Mode = modifiers.TakeMode();
        if (TrySelectHalf(type, 2, HalfKind.Multiply))
        {
            return;
        }

        Operands(2, type);
        current.Execute = (type, Modes.Rounding(current.Mode)) switch
        {
            (PtxType.F32, RoundingMode.Nearest) => Finished(
                &Whole.Binary<Reals.Multiply<Reals.Plain>, float>, &Whole.Binary<Reals.Multiply<Reals.Flushed>, float>,
                &Whole.Binary<Reals.Multiply<Reals.Clamped>, float>, &Whole.Binary<Reals.Multiply<Reals.FlushedClamped>, float>),
            (PtxType.F32, _) => &Each.Binary<DirectedReals.Multiply, float, float, float>,
            (PtxType.F64, RoundingMode.Nearest) => &Whole.Binary<Integers.MultiplyLow<double>, double>,
            (PtxType.F64, _) => &Each.Binary<DirectedReals.Multiply, double, double, double>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectFusedMultiplyAdd()
    {
        PtxType type = modifiers.Type;
        current.Mode = modifiers.TakeMode() | (modifiers.Take("relu") ? Modes.Relu : 0);
        if (TrySelectHalf(type, 3, HalfKind.FusedMultiplyAdd))
        {
            return;
        }

        Operands(3, type);
        current.Execute = (type, Modes.Rounding(current.Mode)) switch
        {
            (PtxType.F32, RoundingMode.Nearest) => Finished(
                &Whole.Ternary<Reals.FusedMultiplyAdd<Reals.Plain>, float>, &Whole.Ternary<Reals.FusedMultiplyAdd<Reals.Flushed>, float>,
                &Whole.Ternary<Reals.FusedMultiplyAdd<Reals.Clamped>, float>, &Whole.Ternary<Reals.FusedMultiplyAdd<Reals.FlushedClamped>,
                    float>),
            (PtxType.F32, _) => &Each.Ternary<DirectedReals.FusedMultiplyAdd, float, float, float>,
            (PtxType.F64, RoundingMode.Nearest) => &Whole.Ternary<Reals.FusedMultiplyAdd64, double>,
            (PtxType.F64, _) => &Each.Ternary<DirectedReals.FusedMultiplyAdd, double, double, double>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectRealQuotient(PtxType type)
    {
        if (modifiers.Name == "rem")
        {
            throw UnsupportedType();
        }

        bool approximate = modifiers.Take("approx");
        modifiers.Take("full");
        current.Mode = modifiers.TakeMode();
        Operands(2, type);
        current.Execute = (type, Modes.Rounding(current.Mode)) switch
        {
            (PtxType.F32, RoundingMode.Nearest) when approximate => (current.Mode & Modes.Ftz) != 0
                ? &Whole.Binary<Reals.DivideApproximate<Reals.Flushed>, float> : &Whole.Binary<Reals.DivideApproximate<Reals.Plain>, float>,
            (PtxType.F32, RoundingMode.Nearest) => (current.Mode & Modes.Ftz) != 0
                ? &Whole.Binary<Reals.Divide<Reals.Flushed>, float> : &Whole.Binary<Reals.Divide<Reals.Plain>, float>,
            (PtxType.F32, _) => &Each.Binary<DirectedReals.Divide, float, float, float>,
            (PtxType.F64, RoundingMode.Nearest) => &Whole.Binary<Reals.Divide64, double>,
            (PtxType.F64, _) => &Each.Binary<DirectedReals.Divide, double, double, double>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectRealExtreme(PtxType type, bool min)
    {
        current.Mode = modifiers.TakeMode();
        current.Mode |= modifiers.Take("NaN") ? Modes.Nan : 0;
        if (modifiers.Take("xorsign"))
        {
            current.Mode |= Modes.XorSign | (modifiers.Take("abs") ? Modes.Abs : 0);
        }

        if (TrySelectHalf(type, 2, min ? HalfKind.Min : HalfKind.Max))
        {
            return;
        }

        Operands(2, type);
        bool special = (current.Mode & (Modes.Nan | Modes.XorSign)) != 0;
        bool flush = (current.Mode & Modes.Ftz) != 0;
        current.Execute = type switch
        {
            PtxType.F32 when special => min ? &Each.Binary<DirectedReals.Min, float, float, float> : &Each.Binary<DirectedReals.Max, float,
                float, float>,
            PtxType.F32 when flush => min ? &Whole.Binary<Reals.Min<Reals.Flushed>, float> : &Whole.Binary<Reals.Max<Reals.Flushed>, float>,
            PtxType.F32 => min ? &Whole.Binary<Reals.Min<Reals.Plain>, float> : &Whole.Binary<Reals.Max<Reals.Plain>, float>,
            PtxType.F64 when !special => min ? &Whole.Binary<Reals.Min64, double> : &Whole.Binary<Reals.Max64, double>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectSign()
    {
        PtxType type = modifiers.Type;
        bool neg = modifiers.Name == "neg";
        bool flush = modifiers.Take("ftz");
        current.Mode = flush ? Modes.Ftz : 0;
        if (TrySelectHalf(type, 1, neg ? HalfKind.Negate : HalfKind.Abs))
        {
            return;
        }

        Operands(1, type);
        current.Execute = type switch
        {
            PtxType.F32 when flush => neg ? &Whole.Unary<Reals.Negate32Flushed, float> : &Whole.Unary<Reals.Abs32Flushed, float>,
            PtxType.F32 => neg ? &Whole.Unary<Reals.Negate32, uint> : &Whole.Unary<Reals.Abs32, uint>,
            PtxType.F64 => neg ? &Whole.Unary<Reals.Negate64, ulong> : &Whole.Unary<Reals.Abs64, ulong>,
            PtxType.S32 => neg ? &Whole.Unary<Integers.Negate<int>, int> : &Each.Unary<Integers.Abs<int>, int, int>,
            PtxType.S64 => neg ? &Whole.Unary<Integers.Negate<long>, long> : &Each.Unary<Integers.Abs<long>, long, long>,
            PtxType.S16 => neg ? &Each.Unary<Integers.Negate<short>, short, short> : &Each.Unary<Integers.Abs<short>, short, short>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectFunction()
    {
        PtxType type = modifiers.Type;
        bool approximate = modifiers.Take("approx");
        current.Mode = modifiers.TakeMode();
        bool nearest = Modes.Rounding(current.Mode) == RoundingMode.Nearest;
        bool flush = (current.Mode & Modes.Ftz) != 0;
        string name = modifiers.Name;
        if (name is "ex2" or "tanh" && TrySelectHalf(type, 1, name == "ex2" ? HalfKind.Exp2 : HalfKind.Tanh))
        {
            return;
        }

        Operands(1, type);
        if (type == PtxType.F64)
        {
            current.Execute = name switch
            {
                "rcp" when approximate => &Each.Unary<DirectedReals.ReciprocalHigh, double, double>,
                "rcp" => nearest ? &Whole.Unary<Reals.Reciprocal64, double> : &Each.Unary<DirectedReals.Reciprocal, double, double>,
                "sqrt" => nearest ? &Whole.Unary<Reals.SquareRoot64, double> : &Each.Unary<DirectedReals.SquareRoot, double, double>,
                "rsqrt" => flush ? &Each.Unary<DirectedReals.ReciprocalSqrtHigh, double, double> : &Each.Unary<DirectedReals.ReciprocalSqrt,
                    double, double>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        if (type != PtxType.F32)
        {
            throw UnsupportedType();
        }

        current.Execute = name switch
        {
            "rcp" when nearest => flush ? &Whole.Unary<Reals.Reciprocal<Reals.Flushed>, float> : &Whole.Unary<Reals.Reciprocal<Reals.Plain>,
                float>,
            "rcp" => &Each.Unary<DirectedReals.Reciprocal, float, float>,
            "sqrt" when nearest => flush ? &Whole.Unary<Reals.SquareRoot<Reals.Flushed>, float>
                : &Whole.Unary<Reals.SquareRoot<Reals.Plain>, float>,
            "sqrt" => &Each.Unary<DirectedReals.SquareRoot, float, float>,
            "rsqrt" => &Each.Unary<DirectedReals.ReciprocalSqrt, float, float>,
            "ex2" => &Each.Unary<DirectedReals.Exp2, float, float>,
            "lg2" => &Each.Unary<DirectedReals.Log2, float, float>,
            "sin" => &Each.Unary<DirectedReals.Sin, float, float>,
            "cos" => &Each.Unary<DirectedReals.Cos, float, float>,
            _ => &Each.Unary<DirectedReals.Tanh, float, float>,
        };
    }

    /// <summary>The routine for the modifiers that clamp and flush.</summary>
    private Routine Finished(Routine plain, Routine flushed, Routine clamped, Routine both) =>
        (current.Mode & (Modes.Ftz | Modes.Saturate)) switch
        {
            0 => plain,
            Modes.Ftz => flushed,
            Modes.Saturate => clamped,
            _ => both,
        };

    private void SelectTest(PtxType type)
    {
        ExpectOperands(2);
        current.D = Result(0, PtxType.Pred);
        current.A = current.B = Source(1, type);
        current.Mode = modifiers.TakeAny("finite", "infinite", "number", "notanumber", "normal", "subnormal") switch
        {
            "finite" => RealTest.Finite,
            "infinite" => RealTest.Infinite,
            "number" => RealTest.Number,
            "notanumber" => RealTest.NotANumber,
            "normal" => RealTest.Normal,
            "subnormal" => RealTest.Subnormal,
            _ => throw Unsupported("the instruction names no property"),
        };
        current.Execute = type switch
        {
            PtxType.F32 => &Compares.Each<RealTest.Of<float>, float>,
            PtxType.F64 => &Compares.Each<RealTest.Of<double>, double>,
            _ => throw UnsupportedType(),
        };
    }
}
