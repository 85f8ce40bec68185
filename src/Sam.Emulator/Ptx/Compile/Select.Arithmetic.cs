using Sam.Emulator.Execution.Operations;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for whole-number arithmetic; reals go on to their own part.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectSum()
    {
        PtxType type = modifiers.Type;
        bool add = modifiers.Name == "add";
        if (type.IsFloat())
        {
            SelectRealSum(type, add);
            return;
        }

        if (type == PtxType.None && add && modifiers.TakeAny("u16x2", "s16x2") is not null)
        {
            Operands(2, PtxType.B32);
            current.Execute = &Each.Binary<Integers.Halves<short, Integers.Add<short>>, uint, uint, uint>;
            return;
        }

        if (modifiers.Take("cc"))
        {
            Operands(2, type);
            SetCarry(type, CarryModes.Write | (add ? 0 : CarryModes.Subtract));
            return;
        }

        Operands(2, type);
        if (modifiers.Take("sat"))
        {
            current.Execute = type != PtxType.S32 ? throw UnsupportedType()
                : add ? &Each.Binary<Integers.AddSaturated, int, int, int> : &Each.Binary<Integers.SubtractSaturated, int, int, int>;
            return;
        }

        current.Execute = type switch
        {
            PtxType.U32 or PtxType.S32 => add ? &Whole.Binary<Integers.Add<int>, int> : &Whole.Binary<Integers.Subtract<int>, int>,
            PtxType.U64 or PtxType.S64 => add ? &Whole.Binary<Integers.Add<long>, long> : &Whole.Binary<Integers.Subtract<long>, long>,
            PtxType.U16 or PtxType.S16 => add
                ? &Each.Binary<Integers.Add<short>, short, short, short> : &Each.Binary<Integers.Subtract<short>, short, short, short>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectProduct()
    {
        PtxType type = modifiers.Type;
        if (type.IsFloat())
        {
            SelectRealProduct(type);
            return;
        }

        if (modifiers.Name == "mul24")
        {
            Operands(2, type);
            bool low = modifiers.TakeAny("lo", "hi") == "lo";
            current.Execute = type switch
            {
                PtxType.S32 => low ? &Each.Binary<Integers.Multiply24Low<int>, int, int, int> : &Each.Binary<Integers.Multiply24High<int>,
                    int, int, int>,
                PtxType.U32 => low ? &Each.Binary<Integers.Multiply24Low<uint>, uint, uint, uint>
                    : &Each.Binary<Integers.Multiply24High<uint>, uint, uint, uint>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        switch (modifiers.TakeAny("lo", "hi", "wide"))
        {
            case "wide":
                ExpectOperands(3);
                current.D = Result(0, Doubled(type));
                current.A = Source(1, type);
                current.B = Source(2, type);
                current.Execute = WideProduct(type);
                break;
            case "hi":
                Operands(2, type);
                current.Execute = HighProduct(type);
                break;
            default:
                Operands(2, type);
                current.Execute = type switch
                {
                    PtxType.U32 or PtxType.S32 => &Whole.Binary<Integers.MultiplyLow<int>, int>,
                    PtxType.U64 or PtxType.S64 => &Whole.Binary<Integers.MultiplyLow<long>, long>,
                    PtxType.U16 or PtxType.S16 => &Each.Binary<Integers.MultiplyLow<short>, short, short, short>,
                    _ => throw UnsupportedType(),
                };
                break;
        }
    }

    private static PtxType Doubled(PtxType type) => type switch
    {
        PtxType.U16 => PtxType.U32,
        PtxType.S16 => PtxType.S32,
        PtxType.U32 => PtxType.U64,
        _ => PtxType.S64,
    };

    private Routine WideProduct(PtxType type) => type switch
    {
        PtxType.S32 => &Whole.MultiplyWideSigned,
        PtxType.U32 => &Whole.MultiplyWideUnsigned,
        PtxType.S16 => &Each.Binary<Integers.MultiplyWide<short, int>, short, short, int>,
        PtxType.U16 => &Each.Binary<Integers.MultiplyWide<ushort, uint>, ushort, ushort, uint>,
        _ => throw UnsupportedType(),
    };

    private Routine HighProduct(PtxType type) => type switch
    {
        PtxType.S32 => &Each.Binary<Integers.MultiplyHigh<int>, int, int, int>,
        PtxType.U32 => &Each.Binary<Integers.MultiplyHighU32, uint, uint, uint>,
        PtxType.S64 => &Each.Binary<Integers.MultiplyHighS64, long, long, long>,
        PtxType.U64 => &Each.Binary<Integers.MultiplyHighU64, ulong, ulong, ulong>,
        PtxType.S16 => &Each.Binary<Integers.MultiplyHigh<short>, short, short, short>,
        PtxType.U16 => &Each.Binary<Integers.MultiplyHigh<ushort>, ushort, ushort, ushort>,
        _ => throw UnsupportedType(),
    };

    private void SelectMultiplyAdd()
    {
        PtxType type = modifiers.Type;
        if (type.IsFloat())
        {
            SelectFusedMultiplyAdd();
            return;
        }

        if (modifiers.Name == "mad24")
        {
            Operands(3, type);
            bool low = modifiers.TakeAny("lo", "hi") != "hi";
            current.Execute = type switch
            {
                PtxType.S32 => low ? &Each.Ternary<Integers.MultiplyThenAdd<int, Integers.Multiply24Low<int>>, int, int, int>
                    : &Each.Ternary<Integers.MultiplyThenAdd<int, Integers.Multiply24High<int>>, int, int, int>,
                PtxType.U32 => low ? &Each.Ternary<Integers.MultiplyThenAdd<uint, Integers.Multiply24Low<uint>>, uint, uint, uint>
                    : &Each.Ternary<Integers.MultiplyThenAdd<uint, Integers.Multiply24High<uint>>, uint, uint, uint>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        string? part = modifiers.TakeAny("lo", "hi", "wide");
        if (modifiers.Take("cc"))
        {
            Operands(3, type);
            SetCarry(type, CarryModes.Write | CarryModes.Multiply | (part == "hi" ? CarryModes.High : 0));
            return;
        }

        if (part == "wide")
        {
            ExpectOperands(4);
            current.D = Result(0, Doubled(type));
            current.A = Source(1, type);
            current.B = Source(2, type);
            current.C = Source(3, Doubled(type));
            current.Execute = type switch
            {
                PtxType.S16 => &Each.Ternary<Integers.MultiplyAddWide<short, int>, short, int, int>,
                PtxType.U16 => &Each.Ternary<Integers.MultiplyAddWide<ushort, uint>, ushort, uint, uint>,
                _ => WideProduct(type),
            };
            return;
        }

        Operands(3, type);
        if (part == "hi")
        {
            bool saturate = modifiers.Take("sat");
            current.Execute = type switch
            {
                PtxType.S32 => saturate ? &Each.Ternary<Integers.MultiplyAddHighSaturated, int, int, int>
                    : &Each.Ternary<Integers.MultiplyThenAdd<int, Integers.MultiplyHigh<int>>, int, int, int>,
                PtxType.U32 => &Each.Ternary<Integers.MultiplyThenAdd<uint, Integers.MultiplyHighU32>, uint, uint, uint>,
                PtxType.S64 => &Each.Ternary<Integers.MultiplyThenAdd<long, Integers.MultiplyHighS64>, long, long, long>,
                PtxType.U64 => &Each.Ternary<Integers.MultiplyThenAdd<ulong, Integers.MultiplyHighU64>, ulong, ulong, ulong>,
                PtxType.S16 => &Each.Ternary<Integers.MultiplyThenAdd<short, Integers.MultiplyHigh<short>>, short, short, short>,
                PtxType.U16 => &Each.Ternary<Integers.MultiplyThenAdd<ushort, Integers.MultiplyHigh<ushort>>, ushort, ushort, ushort>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        current.Execute = type switch
        {
            PtxType.U32 or PtxType.S32 => &Whole.Ternary<Integers.MultiplyAddLow<int>, int>,
            PtxType.U64 or PtxType.S64 => &Whole.Ternary<Integers.MultiplyAddLow<long>, long>,
            PtxType.U16 or PtxType.S16 => &Each.Ternary<Integers.MultiplyAddLow<short>, short, short, short>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectQuotient()
    {
        PtxType type = modifiers.Type;
        if (type.IsFloat())
        {
            SelectRealQuotient(type);
            return;
        }

        Operands(2, type);
        bool div = modifiers.Name == "div";
        current.Execute = type switch
        {
            PtxType.S32 => div ? &Each.Binary<Integers.Divide<int>, int, int, int> : &Each.Binary<Integers.Remainder<int>, int, int, int>,
            PtxType.U32 => div ? &Each.Binary<Integers.Divide<uint>, uint, uint, uint> : &Each.Binary<Integers.Remainder<uint>, uint, uint,
                uint>,
            PtxType.S64 => div ? &Each.Binary<Integers.Divide<long>, long, long, long> : &Each.Binary<Integers.Remainder<long>, long, long,
                long>,
            PtxType.U64 => div ? &Each.Binary<Integers.Divide<ulong>, ulong, ulong, ulong> : &Each.Binary<Integers.Remainder<ulong>, ulong,
                ulong, ulong>,
            PtxType.S16 => div ? &Each.Binary<Integers.Divide<short>, short, short, short> : &Each.Binary<Integers.Remainder<short>, short,
                short, short>,
            PtxType.U16 => div ? &Each.Binary<Integers.Divide<ushort>, ushort, ushort, ushort> : &Each.Binary<Integers.Remainder<ushort>,
                ushort, ushort, ushort>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectExtreme()
    {
        PtxType type = modifiers.Type;
        bool min = modifiers.Name == "min";
        if (type.IsFloat())
        {
            SelectRealExtreme(type, min);
            return;
        }

        bool relu = modifiers.Take("relu");
        if (type == PtxType.None)
        {
            bool signed = modifiers.TakeAny("s16x2", "u16x2") == "s16x2";
            Operands(2, PtxType.B32);
            current.Execute = (min, signed, relu) switch
            {
                (true, true, false) => &Each.Binary<Integers.Halves<short, Integers.Min<short>>, uint, uint, uint>,
                (true, true, true) => &Each.Binary<Integers.Halves<short, Integers.HalfRelu<Integers.Min<short>>>, uint, uint, uint>,
                (false, true, false) => &Each.Binary<Integers.Halves<short, Integers.Max<short>>, uint, uint, uint>,
                (false, true, true) => &Each.Binary<Integers.Halves<short, Integers.HalfRelu<Integers.Max<short>>>, uint, uint, uint>,
                (true, false, false) => &Each.Binary<Integers.Halves<ushort, Integers.Min<ushort>>, uint, uint, uint>,
                (false, false, false) => &Each.Binary<Integers.Halves<ushort, Integers.Max<ushort>>, uint, uint, uint>,
                _ => throw UnsupportedType(),
            };
            return;
        }

        Operands(2, type);
        if (relu)
        {
            current.Execute = type != PtxType.S32 ? throw UnsupportedType()
                : min ? &Each.Binary<Integers.Relu<Integers.Min<int>>, int, int, int> : &Each.Binary<Integers.Relu<Integers.Max<int>>, int,
                    int, int>;
            return;
        }

        current.Execute = type switch
        {
            PtxType.S32 => min ? &Whole.Binary<Integers.Min<int>, int> : &Whole.Binary<Integers.Max<int>, int>,
            PtxType.U32 => min ? &Whole.Binary<Integers.Min<uint>, uint> : &Whole.Binary<Integers.Max<uint>, uint>,
            PtxType.S64 => min ? &Whole.Binary<Integers.Min<long>, long> : &Whole.Binary<Integers.Max<long>, long>,
            PtxType.U64 => min ? &Whole.Binary<Integers.Min<ulong>, ulong> : &Whole.Binary<Integers.Max<ulong>, ulong>,
            PtxType.S16 => min ? &Each.Binary<Integers.Min<short>, short, short, short> : &Each.Binary<Integers.Max<short>, short, short,
                short>,
            PtxType.U16 => min ? &Each.Binary<Integers.Min<ushort>, ushort, ushort, ushort> : &Each.Binary<Integers.Max<ushort>, ushort,
                ushort, ushort>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectCarry()
    {
        PtxType type = modifiers.Type;
        int mode = CarryModes.Read | (modifiers.Take("cc") ? CarryModes.Write : 0);
        switch (modifiers.Name)
        {
            case "addc":
                Operands(2, type);
                break;
            case "subc":
                Operands(2, type);
                mode |= CarryModes.Subtract;
                break;
            default:
                Operands(3, type);
                mode |= CarryModes.Multiply | (modifiers.TakeAny("lo", "hi") == "hi" ? CarryModes.High : 0);
                break;
        }

        SetCarry(type, mode);
    }

    private void SetCarry(PtxType type, int mode)
    {
        current.Mode = mode | (type.IsSigned() ? CarryModes.Signed : 0);
        current.Execute = type switch
        {
            PtxType.U32 or PtxType.S32 => &Moves.Carry<uint>,
            PtxType.U64 or PtxType.S64 => &Moves.Carry<ulong>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectOtherArithmetic()
    {
        PtxType type = modifiers.Type;
        switch (modifiers.Name)
        {
            case "sad":
                Operands(3, type);
                current.Execute = type switch
                {
                    PtxType.S32 => &Each.Ternary<Integers.AbsoluteDifferenceSum<int>, int, int, int>,
                    PtxType.U32 => &Each.Ternary<Integers.AbsoluteDifferenceSum<uint>, uint, uint, uint>,
                    PtxType.S64 => &Each.Ternary<Integers.AbsoluteDifferenceSum<long>, long, long, long>,
                    PtxType.U64 => &Each.Ternary<Integers.AbsoluteDifferenceSum<ulong>, ulong, ulong, ulong>,
                    PtxType.S16 => &Each.Ternary<Integers.AbsoluteDifferenceSum<short>, short, short, short>,
                    PtxType.U16 => &Each.Ternary<Integers.AbsoluteDifferenceSum<ushort>, ushort, ushort, ushort>,
                    _ => throw UnsupportedType(),
                };
                break;
            case "copysign":
                Operands(2, type);
                current.Execute = type switch
                {
                    PtxType.F32 => &Each.Binary<DirectedReals.CopySign, float, float, float>,
                    PtxType.F64 => &Each.Binary<DirectedReals.CopySign, double, double, double>,
                    _ => throw UnsupportedType(),
                };
                break;
            case "testp":
                SelectTest(type);
                break;
            default:
                if (modifiers.Types.Count != 2)
                {
                    throw UnsupportedType();
                }

                ExpectOperands(4);
                current.D = Result(0, PtxType.B32);
                current.A = Source(1, PtxType.B32);
                current.B = Source(2, PtxType.B32);
                current.C = Source(3, PtxType.B32);
                current.Mode = (modifiers.Types[0].IsSigned() ? Integers.DotProduct.SignedA : 0) | (modifiers.Types[1].IsSigned()
                    ? Integers.DotProduct.SignedB : 0);
                if (modifiers.Name == "dp2a")
                {
                    current.Mode |= Integers.DotProduct.Two | (modifiers.TakeAny("lo", "hi") == "hi" ? Integers.DotProduct.UpperBytes : 0);
                }

                current.Execute = &Each.Ternary<Integers.DotProduct, uint, uint, uint>;
                break;
        }
    }
}
