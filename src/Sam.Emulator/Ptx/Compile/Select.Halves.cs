using Sam.Emulator.Execution.Operations;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The functions of 16-bit reals.</summary>
internal enum HalfKind
{
    Add,
    Subtract,
    Multiply,
    FusedMultiplyAdd,
    Min,
    Max,
    Negate,
    Abs,
    Exp2,
    Tanh,
}

/// <summary>The compiler's part for 16-bit reals.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    /// <summary>Selects a function of 16-bit reals; false when the type is none of those.</summary>
    private bool TrySelectHalf(PtxType type, int sources, HalfKind kind)
    {
        if (type is not (PtxType.F16 or PtxType.F16x2 or PtxType.BF16 or PtxType.BF16x2))
        {
            return false;
        }

        Operands(sources, type);
        current.B = sources > 1 ? current.B : current.A;
        current.C = sources > 2 ? current.C : current.A;
        current.Mode |= type is PtxType.F16x2 or PtxType.BF16x2 ? Halves.Packed : 0;
        current.Execute = type is PtxType.F16 or PtxType.F16x2 ? HalfRoutine<Float16>(kind) : HalfRoutine<BFloat16>(kind);
        return true;
    }

    private static Routine HalfRoutine<TFormat>(HalfKind kind)
        where TFormat : struct, IHalfFormat => kind switch
        {
            HalfKind.Add => &Halves.Run<TFormat, Halves.Add>,
            HalfKind.Subtract => &Halves.Run<TFormat, Halves.Subtract>,
            HalfKind.Multiply => &Halves.Run<TFormat, Halves.Multiply>,
            HalfKind.FusedMultiplyAdd => &Halves.Run<TFormat, Halves.FusedMultiplyAdd>,
            HalfKind.Min => &Halves.Run<TFormat, Halves.Min>,
            HalfKind.Max => &Halves.Run<TFormat, Halves.Max>,
            HalfKind.Negate => &Halves.Run<TFormat, Halves.Negate>,
            HalfKind.Abs => &Halves.Run<TFormat, Halves.Abs>,
            HalfKind.Exp2 => &Halves.Run<TFormat, Halves.Exp2>,
            _ => &Halves.Run<TFormat, Halves.Tanh>,
        };

    /// <summary>A comparison of 16-bit reals that is stored as 1.0 or 0.0.</summary>
    private static Routine HalfSet<TFormat>(string comparison)
        where TFormat : struct, IHalfFormat => comparison switch
        {
            "eq" => &Halves.Run<TFormat, Halves.Set<RealKinds.Eq>>,
            "ne" => &Halves.Run<TFormat, Halves.Set<RealKinds.Ne>>,
            "lt" => &Halves.Run<TFormat, Halves.Set<RealKinds.Lt>>,
            "le" => &Halves.Run<TFormat, Halves.Set<RealKinds.Le>>,
            "gt" => &Halves.Run<TFormat, Halves.Set<RealKinds.Gt>>,
            "ge" => &Halves.Run<TFormat, Halves.Set<RealKinds.Ge>>,
            "equ" => &Halves.Run<TFormat, Halves.Set<RealKinds.Equ>>,
            "neu" => &Halves.Run<TFormat, Halves.Set<RealKinds.Neu>>,
            "ltu" => &Halves.Run<TFormat, Halves.Set<RealKinds.Ltu>>,
            "leu" => &Halves.Run<TFormat, Halves.Set<RealKinds.Leu>>,
            "gtu" => &Halves.Run<TFormat, Halves.Set<RealKinds.Gtu>>,
            "geu" => &Halves.Run<TFormat, Halves.Set<RealKinds.Geu>>,
            "num" => &Halves.Run<TFormat, Halves.Set<RealKinds.Num>>,
            _ => &Halves.Run<TFormat, Halves.Set<RealKinds.Nan>>,
        };

    /// <summary>A comparison of pairs into two predicates.</summary>
    private static Routine HalfPair<TFormat>(string comparison)
        where TFormat : struct, IHalfFormat => comparison switch
        {
            "eq" => &Halves.ComparePair<TFormat, RealKinds.Eq>,
            "ne" => &Halves.ComparePair<TFormat, RealKinds.Ne>,
            "lt" => &Halves.ComparePair<TFormat, RealKinds.Lt>,
            "le" => &Halves.ComparePair<TFormat, RealKinds.Le>,
            "gt" => &Halves.ComparePair<TFormat, RealKinds.Gt>,
            "ge" => &Halves.ComparePair<TFormat, RealKinds.Ge>,
            "equ" => &Halves.ComparePair<TFormat, RealKinds.Equ>,
            "neu" => &Halves.ComparePair<TFormat, RealKinds.Neu>,
            "ltu" => &Halves.ComparePair<TFormat, RealKinds.Ltu>,
            "leu" => &Halves.ComparePair<TFormat, RealKinds.Leu>,
            "gtu" => &Halves.ComparePair<TFormat, RealKinds.Gtu>,
            "geu" => &Halves.ComparePair<TFormat, RealKinds.Geu>,
            "num" => &Halves.ComparePair<TFormat, RealKinds.Num>,
            _ => &Halves.ComparePair<TFormat, RealKinds.Nan>,
        };
}
