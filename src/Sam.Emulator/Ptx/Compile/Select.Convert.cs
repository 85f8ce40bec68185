using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Numerics;
using Sam.Emulator.Execution.Operations;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for conversions.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private int narrowed = -1;

    private void SelectConversion()
    {
        if (modifiers.Take("pack"))
        {
            SelectPackedConversion();
            return;
        }

        if (modifiers.Types.Count != 2)
        {
            throw Unsupported("a conversion names two types, and 8-bit reals are not supported");
        }

        PtxType to = modifiers.Types[0];
        PtxType from = modifiers.Types[1];
        string? integral = modifiers.TakeAny("rni", "rzi", "rmi", "rpi");
        int mode = modifiers.TakeMode() | (modifiers.Take("relu") ? Modes.Relu : 0) | (modifiers.Take("satfinite") ? Modes.Saturate : 0);
        if (integral is not null)
        {
            mode = (mode & ~Modes.RoundingMask) | Modes.Integral | (int)(integral switch
            {
                "rzi" => RoundingMode.Zero,
                "rmi" => RoundingMode.Down,
                "rpi" => RoundingMode.Up,
                _ => RoundingMode.Nearest,
            });
        }

        current.Mode = mode;
        if (to is PtxType.F16x2 or PtxType.BF16x2)
        {
            ExpectOperands(3);
            current.D = Result(0, to);
            current.A = Source(1, from);
            current.B = Source(2, from);
            current.Execute = from != PtxType.F32 ? throw UnsupportedType()
                : to == PtxType.F16x2 ? &Conversions.Pack<Float16> : &Conversions.Pack<BFloat16>;
            return;
        }

        ExpectOperands(2);
        current.D = Result(0, to, true);
        current.A = Source(1, from, true);
        if (to == PtxType.TF32)
        {
            current.Execute = from == PtxType.F32 ? &Each.Unary<Conversions.Tf32, float, uint> : throw UnsupportedType();
        }
        else if (from.IsFloat() && to.IsFloat())
        {
            current.Execute = RealConversion(to, from, mode);
        }
        else if (from.IsFloat())
        {
            current.Execute = from switch
            {
                PtxType.F32 => ToInteger<RealSingle>(to),
                PtxType.F64 => ToInteger<RealDouble>(to),
                PtxType.F16 => ToInteger<RealHalf<Float16>>(to),
                PtxType.BF16 => ToInteger<RealHalf<BFloat16>>(to),
                _ => throw UnsupportedType(),
            };
            WidenNarrowResult(to);
        }
        else if (to.IsFloat())
        {
            current.Execute = to == PtxType.F32 && from == PtxType.S32 && mode == 0 ? &Conversions.SignedToSingle : FromInteger(to, from);
        }
        else
        {
            current.Execute = IntegerConversion(to, from);
            WidenNarrowResult(to);
        }

        NarrowWideSource(from);
    }

    /// <summary>A 64-bit register as the source of a narrower type: its lower bits are taken first.</summary>
    private void NarrowWideSource(PtxType from)
    {
        if (from.Size() == 8 || RegisterOf(Operand(1))?.Type.Size() != 8)
        {
            return;
        }

        current.List = compiled.MakeRoutineList(current.List == null ? null : *(void**)current.List, current.Execute);
        current.B = narrowed >= 0 ? narrowed : narrowed = Grow(Lane.Narrow);
        current.Execute = &Conversions.FromWide;
    }

    /// <summary>Results narrower than their register are extended by their sign; 16-bit registers keep zeros above.</summary>
    private void WidenNarrowResult(PtxType to)
    {
        int width = RegisterOf(Operand(0))?.Type.Size() ?? to.Size();
        if (width == to.Size() || (!to.IsSigned() && width == 4))
        {
            return;
        }

        current.List = compiled.MakeRoutineList(current.Execute);
        current.Target = width;
        current.E = NarrowSink();
        current.Execute = to switch
        {
            PtxType.S8 => &Conversions.Extended<sbyte>,
            PtxType.S16 => &Conversions.Extended<short>,
            PtxType.S32 => &Conversions.Extended<int>,
            PtxType.U8 => &Conversions.Extended<byte>,
            PtxType.U16 => &Conversions.Extended<ushort>,
            _ => &Conversions.Extended<uint>,
        };
    }

    private Routine RealConversion(PtxType to, PtxType from, int mode)
    {
        if (to == PtxType.F32 && from == PtxType.F32)
        {
            bool integral = (mode & Modes.Integral) != 0;
            return !integral ? Finished(
                    &Whole.Unary<Reals.Identity<Reals.Plain>, float>, &Whole.Unary<Reals.Identity<Reals.Flushed>, float>,
                    &Whole.Unary<Reals.Identity<Reals.Clamped>, float>, &Whole.Unary<Reals.Identity<Reals.FlushedClamped>, float>)
                : Modes.Rounding(mode) switch
                {
                    RoundingMode.Nearest => Integral<Conversions.ToEven>(),
                    RoundingMode.Zero => Integral<Conversions.Truncate>(),
                    RoundingMode.Down => Integral<Conversions.Floor>(),
                    _ => Integral<Conversions.Ceiling>(),
                };
        }

        return from switch
        {
            PtxType.F32 => ToReal<RealSingle>(to),
            PtxType.F64 => ToReal<RealDouble>(to),
            PtxType.F16 => ToReal<RealHalf<Float16>>(to),
            PtxType.BF16 => ToReal<RealHalf<BFloat16>>(to),
            _ => throw UnsupportedType(),
        };
    }

    private Routine Integral<TDirection>()
        where TDirection : struct, IVectorUnary<float> => Finished(
            &Whole.Unary<Conversions.Integral<Reals.Plain, TDirection>, float>, &Whole.Unary<Conversions.Integral<Reals.Flushed,
                TDirection>, float>,
            &Whole.Unary<Conversions.Integral<Reals.Clamped, TDirection>, float>, &Whole.Unary<Conversions.Integral<Reals.FlushedClamped,
                TDirection>, float>);

    private Routine ToReal<TFrom>(PtxType to)
        where TFrom : struct, IReal => to switch
        {
            PtxType.F32 => &Conversions.RealToReal<TFrom, RealSingle>,
            PtxType.F64 => &Conversions.RealToReal<TFrom, RealDouble>,
            PtxType.F16 => &Conversions.RealToReal<TFrom, RealHalf<Float16>>,
            PtxType.BF16 => &Conversions.RealToReal<TFrom, RealHalf<BFloat16>>,
            _ => throw UnsupportedType(),
        };

    private Routine ToInteger<TFrom>(PtxType to)
        where TFrom : struct, IReal => to switch
        {
            PtxType.S8 => &Conversions.RealToInteger<TFrom, sbyte>,
            PtxType.U8 => &Conversions.RealToInteger<TFrom, byte>,
            PtxType.S16 => &Conversions.RealToInteger<TFrom, short>,
            PtxType.U16 => &Conversions.RealToInteger<TFrom, ushort>,
            PtxType.S32 => &Conversions.RealToInteger<TFrom, int>,
            PtxType.U32 => &Conversions.RealToInteger<TFrom, uint>,
            PtxType.S64 => &Conversions.RealToInteger<TFrom, long>,
            PtxType.U64 => &Conversions.RealToInteger<TFrom, ulong>,
            _ => throw UnsupportedType(),
        };

    private Routine FromInteger(PtxType to, PtxType from) => from switch
    {
        PtxType.S8 => FromInteger<sbyte>(to),
        PtxType.U8 => FromInteger<byte>(to),
        PtxType.S16 => FromInteger<short>(to),
        PtxType.U16 => FromInteger<ushort>(to),
        PtxType.S32 => FromInteger<int>(to),
        PtxType.U32 => FromInteger<uint>(to),
        PtxType.S64 => FromInteger<long>(to),
        PtxType.U64 => FromInteger<ulong>(to),
        _ => throw UnsupportedType(),
    };

    private Routine FromInteger<T>(PtxType to)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => to switch
        {
            PtxType.F32 => &Conversions.IntegerToReal<T, RealSingle>,
            PtxType.F64 => &Conversions.IntegerToReal<T, RealDouble>,
            PtxType.F16 => &Conversions.IntegerToReal<T, RealHalf<Float16>>,
            PtxType.BF16 => &Conversions.IntegerToReal<T, RealHalf<BFloat16>>,
            _ => throw UnsupportedType(),
        };

    private Routine IntegerConversion(PtxType to, PtxType from)
    {
        if ((current.Mode & Modes.Saturate) == 0)
        {
            Routine fast = (to.Size(), from) switch
            {
                (8, PtxType.S32) => &Whole.WidenSigned,
                (8, PtxType.U32) => &Whole.WidenUnsigned,
                (4, PtxType.U64 or PtxType.S64) => &Whole.Narrow,
                (8, PtxType.U64 or PtxType.S64) => &Whole.Move64,
                (4, PtxType.U32 or PtxType.S32 or PtxType.U16) => &Whole.Move32,
                _ => null,
            };
            if (fast != null)
            {
                return fast;
            }
        }

        return from switch
        {
            PtxType.S8 => IntegerConversion<sbyte>(to),
            PtxType.U8 => IntegerConversion<byte>(to),
            PtxType.S16 => IntegerConversion<short>(to),
            PtxType.U16 => IntegerConversion<ushort>(to),
            PtxType.S32 => IntegerConversion<int>(to),
            PtxType.U32 => IntegerConversion<uint>(to),
            PtxType.S64 => IntegerConversion<long>(to),
            PtxType.U64 => IntegerConversion<ulong>(to),
            _ => throw UnsupportedType(),
        };
    }

    private Routine IntegerConversion<T>(PtxType to)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => to switch
        {
            PtxType.S8 => &Each.Unary<Conversions.Integer<T, sbyte>, T, sbyte>,
            PtxType.U8 => &Each.Unary<Conversions.Integer<T, byte>, T, byte>,
            PtxType.S16 => &Each.Unary<Conversions.Integer<T, short>, T, short>,
            PtxType.U16 => &Each.Unary<Conversions.Integer<T, ushort>, T, ushort>,
            PtxType.S32 => &Each.Unary<Conversions.Integer<T, int>, T, int>,
            PtxType.U32 => &Each.Unary<Conversions.Integer<T, uint>, T, uint>,
            PtxType.S64 => &Each.Unary<Conversions.Integer<T, long>, T, long>,
            PtxType.U64 => &Each.Unary<Conversions.Integer<T, ulong>, T, ulong>,
            _ => throw UnsupportedType(),
        };

    private void SelectPackedConversion()
    {
        modifiers.Take("sat");
        string? narrow = modifiers.TakeAny("u4", "s4", "u2", "s2");
        PtxType to = modifiers.Types.Count > 0 && narrow is null ? modifiers.Types[0] : PtxType.None;
        ExpectOperands(syntax.Operands.Length == 3 ? 3 : 4);
        current.D = Result(0, PtxType.B32);
        current.A = Source(1, PtxType.S32);
        current.B = Source(2, PtxType.S32);
        current.C = syntax.Operands.Length == 4 ? Source(3, PtxType.B32) : Constant(0, false);
        int width = narrow is not null ? narrow[1] - '0' : to.Size() * 8;
        bool signed = narrow is not null ? narrow[0] == 's' : to.IsSigned();
        current.Mode = width is 2 or 4 or 8 or 16 ? (signed ? width : -width) : throw UnsupportedType();
        current.Execute = &Each.Ternary<Conversions.PackIntegers, int, uint, uint>;
    }
}
