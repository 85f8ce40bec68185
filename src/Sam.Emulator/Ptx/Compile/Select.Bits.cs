using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for logic, shifts and bit fields.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectLogic()
    {
        PtxType type = modifiers.Type;
        string name = modifiers.Name;
        if (type == PtxType.Pred)
        {
            bool unary = name == "not";
            ExpectOperands(unary ? 2 : 3);
            current.D = Result(0, PtxType.Pred);
            current.A = Predicate(1);
            current.B = unary ? -1 : Predicate(2);
            current.Mode = unary ? -1 : 0;
            current.Execute = name switch
            {
                "and" => &Moves.AndPredicate,
                "or" => &Moves.OrPredicate,
                "xor" => &Moves.XorPredicate,
                "not" => &Moves.MovePredicate,
                _ => throw UnsupportedType(),
            };
            return;
        }

        bool wide = type == PtxType.B64;
        if (type is not (PtxType.B16 or PtxType.B32 or PtxType.B64))
        {
            throw UnsupportedType();
        }

        Operands(name is "not" or "cnot" ? 1 : 2, type);
        current.Execute = name switch
        {
            "and" => wide ? &Whole.Binary<Bits.And<ulong>, ulong> : &Whole.Binary<Bits.And<uint>, uint>,
            "or" => wide ? &Whole.Binary<Bits.Or<ulong>, ulong> : &Whole.Binary<Bits.Or<uint>, uint>,
            "xor" => wide ? &Whole.Binary<Bits.Xor<ulong>, ulong> : &Whole.Binary<Bits.Xor<uint>, uint>,
            "not" => wide ? &Whole.Unary<Bits.Not<ulong>, ulong>
                : type == PtxType.B32 ? &Whole.Unary<Bits.Not<uint>, uint> : &Each.Unary<Bits.Not16, ushort, ushort>,
            _ => wide ? &Each.Unary<Bits.LogicalNot<ulong>, ulong, ulong>
                : type == PtxType.B32 ? &Each.Unary<Bits.LogicalNot<uint>, uint, uint> : &Each.Unary<Bits.LogicalNot<ushort>, ushort,
                    ushort>,
        };
    }

    private void SelectShift()
    {
        PtxType type = modifiers.Type;
        if (modifiers.Name == "shf")
        {
            Operands(3, PtxType.B32);
            current.Mode = (modifiers.TakeAny("l", "r") == "r" ? Bits.FunnelShift.Right : 0)
                | (modifiers.TakeAny("wrap", "clamp") == "wrap" ? Bits.FunnelShift.Wrap : 0);
            current.Execute = &Each.Ternary<Bits.FunnelShift, uint, uint, uint>;
            return;
        }

        ExpectOperands(3);
        bool left = modifiers.Name == "shl";
        current.D = Result(0, type);
        current.A = Source(1, type);
        if (Operand(2) is ImmediateOperand { Kind: TokenKind.Integer } count && count.Bits < (ulong)type.Size() * 8 && type.Size() >= 4)
        {
            current.Immediate = (long)count.Bits;
            current.Execute = (left, type) switch
            {
                (true, PtxType.B32) => &Bits.ShiftLeft32,
                (true, PtxType.B64) => &Bits.ShiftLeft64,
                (false, PtxType.U32 or PtxType.B32) => &Bits.ShiftRightUnsigned32,
                (false, PtxType.S32) => &Bits.ShiftRightSigned32,
                (false, PtxType.U64 or PtxType.B64) => &Bits.ShiftRightUnsigned64,
                _ => null,
            };
            if (current.Execute != null)
            {
                return;
            }
        }

        current.B = Source(2, PtxType.U32);
        current.Execute = (left, type) switch
        {
            (true, PtxType.B16) => &Each.Binary<Bits.ShiftLeft<ushort>, ushort, uint, ushort>,
            (true, PtxType.B32) => &Each.Binary<Bits.ShiftLeft<uint>, uint, uint, uint>,
            (true, PtxType.B64) => &Each.Binary<Bits.ShiftLeft<ulong>, ulong, uint, ulong>,
            (false, PtxType.B16 or PtxType.U16) => &Each.Binary<Bits.ShiftRight<ushort>, ushort, uint, ushort>,
            (false, PtxType.S16) => &Each.Binary<Bits.ShiftRight<short>, short, uint, short>,
            (false, PtxType.B32 or PtxType.U32) => &Each.Binary<Bits.ShiftRight<uint>, uint, uint, uint>,
            (false, PtxType.S32) => &Each.Binary<Bits.ShiftRight<int>, int, uint, int>,
            (false, PtxType.B64 or PtxType.U64) => &Each.Binary<Bits.ShiftRight<ulong>, ulong, uint, ulong>,
            (false, PtxType.S64) => &Each.Binary<Bits.ShiftRight<long>, long, uint, long>,
            _ => throw UnsupportedType(),
        };
    }

    private void SelectBits()
    {
        PtxType type = modifiers.Type;
        bool wide = type.Size() == 8;
        switch (modifiers.Name)
        {
            case "lop3":
                SelectLop3();
                break;
            case "prmt":
                Operands(3, PtxType.B32);
                current.Mode = Array.IndexOf(["", "f4e", "b4e", "rc8", "ecl", "ecr", "rc16"],
                    modifiers.TakeAny("f4e", "b4e", "rc8", "ecl", "ecr", "rc16") ?? "");
                current.Execute = &Each.Ternary<Bits.Permute, uint, uint, uint>;
                break;
            case "bfe":
                ExpectOperands(4);
                current.D = Result(0, type);
                current.A = Source(1, type);
                current.B = Source(2, PtxType.U32);
                current.C = Source(3, PtxType.U32);
                current.Execute = type switch
                {
                    PtxType.U32 => &Bits.Extract<uint>,
                    PtxType.S32 => &Bits.Extract<int>,
                    PtxType.U64 => &Bits.Extract<ulong>,
                    PtxType.S64 => &Bits.Extract<long>,
                    _ => throw UnsupportedType(),
                };
                break;
            case "bfi":
                ExpectOperands(5);
                current.D = Result(0, type);
                current.A = Source(1, type);
                current.B = Source(2, type);
                current.C = Source(3, PtxType.U32);
                current.E = Source(4, PtxType.U32);
                current.Execute = wide ? &Bits.Insert<ulong> : &Bits.Insert<uint>;
                break;
            case "popc":
                Operands(1, type, PtxType.U32);
                current.Execute = wide ? &Each.Unary<Bits.PopulationCount<ulong>, ulong, uint> : &Each.Unary<Bits.PopulationCount<uint>,
                    uint, uint>;
                break;
            case "clz":
                Operands(1, type, PtxType.U32);
                current.Execute = wide ? &Each.Unary<Bits.LeadingZeros<ulong>, ulong, uint> : &Each.Unary<Bits.LeadingZeros<uint>, uint,
                    uint>;
                break;
            case "brev":
                Operands(1, type);
                current.Execute = wide ? &Each.Unary<Bits.Reverse64, ulong, ulong> : &Each.Unary<Bits.Reverse32, uint, uint>;
                break;
            case "bfind":
                Operands(1, type, PtxType.U32);
                current.Mode = modifiers.Take("shiftamt") ? 1 : 0;
                current.Execute = type switch
                {
                    PtxType.U32 => &Each.Unary<Bits.FindHighest<uint>, uint, uint>,
                    PtxType.S32 => &Each.Unary<Bits.FindHighest<int>, int, uint>,
                    PtxType.U64 => &Each.Unary<Bits.FindHighest<ulong>, ulong, uint>,
                    PtxType.S64 => &Each.Unary<Bits.FindHighest<long>, long, uint>,
                    _ => throw UnsupportedType(),
                };
                break;
            case "fns":
                Operands(3, PtxType.B32);
                current.Execute = &Each.Ternary<Bits.FindNth, uint, int, uint>;
                break;
            case "bmsk":
                Operands(2, PtxType.B32);
                current.Mode = modifiers.TakeAny("wrap", "clamp") == "wrap" ? 1 : 0;
                current.Execute = &Each.Binary<Bits.MakeMask, uint, uint, uint>;
                break;
            default:
                Operands(2, type);
                current.Mode = (modifiers.TakeAny("wrap", "clamp") == "wrap" ? 1 : 0) | (type.IsSigned() ? Bits.SignExtend.Signed : 0);
                current.Execute = &Each.Binary<Bits.SignExtend, uint, uint, uint>;
                break;
        }
    }

    private void SelectLop3()
    {
        if (modifiers.TakeAny("and", "or") is not null)
        {
            throw Unsupported("lop3 with a predicate is not supported");
        }

        ExpectOperands(5);
        current.D = Result(0, PtxType.B32);
        current.A = Source(1, PtxType.B32);
        current.B = Source(2, PtxType.B32);
        current.C = Source(3, PtxType.B32);
        current.Mode = (int)(Operand(4) is ImmediateOperand { Bits: < 256 } table ? table.Bits
            : throw Unsupported("the last operand must be a table of 8 bits"));
        current.Execute = &Each.Ternary<Bits.Lop3, uint, uint, uint>;
    }
}
