using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Accesses;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for what lanes and warps do together.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectWarpOperation()
    {
        bool sync = modifiers.Take("sync");
        PtxType type = modifiers.Type;
        switch (modifiers.Name)
        {
            case "activemask":
                ExpectOperands(1);
                current.D = Result(0, PtxType.B32);
                current.Execute = &WarpOperations.ActiveMask;
                break;
            case "shfl":
                ExpectOperands(sync ? 5 : 4);
                ResultAndPredicate(PtxType.B32);
                current.A = Source(1, PtxType.B32);
                current.B = Source(2, PtxType.B32);
                current.C = Source(3, PtxType.B32);
                Members(sync, 4);
                current.Mode = modifiers.TakeAny("up", "down", "bfly", "idx") switch
                {
                    "up" => WarpOperations.Up,
                    "down" => WarpOperations.Down,
                    "bfly" => WarpOperations.Butterfly,
                    "idx" => WarpOperations.Index,
                    _ => throw Unsupported("the instruction names no way to shuffle"),
                };
                current.Execute = type == PtxType.B32 ? &WarpOperations.Shuffle : throw UnsupportedType();
                break;
            case "vote":
                ExpectOperands(sync ? 3 : 2);
                current.Mode = modifiers.TakeAny("all", "any", "uni", "ballot") switch
                {
                    "all" => WarpOperations.All,
                    "any" => WarpOperations.Any,
                    "uni" => WarpOperations.Uniform,
                    "ballot" => WarpOperations.Ballot,
                    _ => throw Unsupported("the instruction names no vote"),
                };
                current.D = Result(0, current.Mode == WarpOperations.Ballot ? PtxType.B32 : PtxType.Pred);
                current.A = Predicate(Operand(1), out bool negated);
                current.Mode |= negated ? WarpOperations.Negated : 0;
                Members(sync, 2);
                current.Execute = &WarpOperations.Vote;
                break;
            case "match":
                ExpectOperands(3);
                bool all = modifiers.TakeAny("any", "all") == "all";
                ResultAndPredicate(PtxType.B32);
                current.A = Source(1, type);
                Members(true, 2);
                current.Execute = type.Size() switch
                {
                    4 => all ? &WarpOperations.MatchAll<uint> : &WarpOperations.MatchAny<uint>,
                    8 => all ? &WarpOperations.MatchAll<ulong> : &WarpOperations.MatchAny<ulong>,
                    _ => throw UnsupportedType(),
                };
                break;
            case "elect":
                ExpectOperands(2);
                ResultAndPredicate(PtxType.B32);
                current.E = current.E < 0 ? throw Unsupported("a predicate expected for the second result") : current.E;
                Members(true, 1);
                current.Execute = &WarpOperations.Elect;
                break;
            default:
                Operands(2, PtxType.B32);
                Members(true, 2);
                current.Execute = (modifiers.TakeAny("add", "min", "max", "and", "or", "xor"), type) switch
                {
                    ("add", PtxType.U32 or PtxType.S32) => &WarpOperations.Reduce<Atomics.Add<uint>, uint>,
                    ("min", PtxType.S32) => &WarpOperations.Reduce<Atomics.Min<int>, int>,
                    ("min", PtxType.U32) => &WarpOperations.Reduce<Atomics.Min<uint>, uint>,
                    ("max", PtxType.S32) => &WarpOperations.Reduce<Atomics.Max<int>, int>,
                    ("max", PtxType.U32) => &WarpOperations.Reduce<Atomics.Max<uint>, uint>,
                    ("and", PtxType.B32) => &WarpOperations.Reduce<Atomics.And<uint>, uint>,
                    ("or", PtxType.B32) => &WarpOperations.Reduce<Atomics.Or<uint>, uint>,
                    ("xor", PtxType.B32) => &WarpOperations.Reduce<Atomics.Xor<uint>, uint>,
                    _ => throw UnsupportedType(),
                };
                break;
        }
    }

    private void ResultAndPredicate(PtxType type)
    {
        (Operand first, Operand? second) = Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (Operand(0), null);
        current.D = Result(first, type);
        current.E = second is null or SinkOperand ? -1 : Result(second, PtxType.Pred);
    }

    private void Members(bool sync, int k)
    {
        if (sync)
        {
            SetList([Source(k, PtxType.B32)]);
        }
    }

    private void SelectBarrier()
    {
        modifiers.Take("cta");
        if (modifiers.Take("warp"))
        {
            modifiers.Take("sync");
            ExpectOperands(1);
            SetList([Source(0, PtxType.B32)]);
            current.Mode = WarpOperationModes.Barrier;
            current.Execute = &WarpOperations.Synchronise;
            return;
        }

        if (modifiers.Take("cluster"))
        {
            // A cluster here is one block, whose barrier 15 nothing else uses.
            bool arrives = modifiers.Take("arrive");
            modifiers.TakeAny("wait");
            modifiers.TakeAny("release", "acquire", "relaxed");
            modifiers.Take("aligned");
            current.A = Constant(15, false);
            current.Execute = arrives ? &Control.Nothing : &Control.Barrier;
            return;
        }

        bool aligned = modifiers.Take("aligned") || modifiers.Name == "bar";
        current.Target = aligned ? 1 : 0;
        current.Execute = &Control.Barrier;
        current.E = 0;
        if (modifiers.Take("red"))
        {
            string operation = modifiers.TakeAny("popc", "and", "or") ?? throw Unsupported("the instruction names no reduction");
            int operands = syntax.Operands.Length;
            if (operands is < 3 or > 4)
            {
                throw Unsupported("3 or 4 operands expected");
            }

            current.Mode = operation switch { "popc" => BarrierResult.Count, "and" => BarrierResult.All, _ => BarrierResult.Any };
            current.D = Result(0, operation == "popc" ? PtxType.U32 : PtxType.Pred);
            current.A = Source(1, PtxType.U32);
            current.B = operands == 4 ? Source(2, PtxType.U32) : -1;
            current.C = Predicate(Operand(operands - 1), out bool negated);
            current.E = negated ? -1 : 0;
            return;
        }

        bool waits = !modifiers.Take("arrive");
        if (waits)
        {
            modifiers.Take("sync");
        }

        if (syntax.Operands.Length is < 1 or > 2 || (!waits && syntax.Operands.Length != 2))
        {
            throw Unsupported("a barrier and, for arrive always, a number of threads expected");
        }

        current.A = Source(0, PtxType.U32);
        current.B = syntax.Operands.Length == 2 ? Source(1, PtxType.U32) : -1;
        current.Immediate = waits ? 0 : 1;
    }
}
