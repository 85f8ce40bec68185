using Sam.Emulator.Execution.Accesses;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for atomic operations and the rest of memory.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectAtomic()
    {
        bool returns = modifiers.Name == "atom";
        PtxSpace space = TakeSpace();
        TakeMemoryOrder(true);
        string operation = modifiers.TakeAny("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec")
            ?? throw Unsupported("the instruction names no operation");
        modifiers.Take("noftz");
        PtxType type = modifiers.Type;
        int first = returns ? 1 : 0;
        ExpectOperands(first + (operation == "cas" ? 3 : 2));
        if (Operand(first + 1) is VectorOperand)
        {
            throw Unsupported("atomic operations on vectors are not supported");
        }

        current.D = returns && Operand(0) is not SinkOperand ? Result(0, type) : -1;
        if (Address(first, ref space) is not null || space is PtxSpace.Local or PtxSpace.Const or PtxSpace.Param)
        {
            throw Unsupported("atomic operations work on global and shared memory");
        }

        current.B = Source(first + 1, type);
        current.C = operation == "cas" ? Source(first + 2, type) : -1;
        current.Execute = AtomicRoutine(operation, type);
    }

    private Routine AtomicRoutine(string operation, PtxType type) => (operation, type) switch
    {
        ("add", PtxType.U32 or PtxType.S32) => &Atomics.Run<Atomics.Add<uint>, uint>,
        ("add", PtxType.U64 or PtxType.S64) => &Atomics.Run<Atomics.Add<ulong>, ulong>,
        ("add", PtxType.F32) => &Atomics.Run<Atomics.AddSingle, float>,
        ("add", PtxType.F64) => &Atomics.Run<Atomics.Add<double>, double>,
        ("add", PtxType.F16) => &Atomics.Run<Atomics.HalfFunction<Float16, Halves.Add>, ushort>,
        ("add", PtxType.BF16) => &Atomics.Run<Atomics.HalfFunction<BFloat16, Halves.Add>, ushort>,
        ("add", PtxType.F16x2) => &Atomics.Run<Atomics.PairFunction<Float16, Halves.Add>, uint>,
        ("add", PtxType.BF16x2) => &Atomics.Run<Atomics.PairFunction<BFloat16, Halves.Add>, uint>,
        ("min", PtxType.S32) => &Atomics.Run<Atomics.Min<int>, int>,
        ("min", PtxType.U32) => &Atomics.Run<Atomics.Min<uint>, uint>,
        ("min", PtxType.S64) => &Atomics.Run<Atomics.Min<long>, long>,
        ("min", PtxType.U64) => &Atomics.Run<Atomics.Min<ulong>, ulong>,
        ("max", PtxType.S32) => &Atomics.Run<Atomics.Max<int>, int>,
        ("max", PtxType.U32) => &Atomics.Run<Atomics.Max<uint>, uint>,
        ("max", PtxType.S64) => &Atomics.Run<Atomics.Max<long>, long>,
        ("max", PtxType.U64) => &Atomics.Run<Atomics.Max<ulong>, ulong>,
        ("and", PtxType.B32) => &Atomics.Run<Atomics.And<uint>, uint>,
        ("and", PtxType.B64) => &Atomics.Run<Atomics.And<ulong>, ulong>,
        ("or", PtxType.B32) => &Atomics.Run<Atomics.Or<uint>, uint>,
        ("or", PtxType.B64) => &Atomics.Run<Atomics.Or<ulong>, ulong>,
        ("xor", PtxType.B32) => &Atomics.Run<Atomics.Xor<uint>, uint>,
        ("xor", PtxType.B64) => &Atomics.Run<Atomics.Xor<ulong>, ulong>,
        ("exch", PtxType.B16) => &Atomics.Run<Atomics.Exchanged<ushort>, ushort>,
        ("exch", PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32) => &Atomics.Run<Atomics.Exchanged<uint>, uint>,
        ("exch", PtxType.B64 or PtxType.U64 or PtxType.S64) => &Atomics.Run<Atomics.Exchanged<ulong>, ulong>,
        ("cas", PtxType.B16) => &Atomics.Run<Atomics.CompareAndSwap<ushort>, ushort>,
        ("cas", PtxType.B32 or PtxType.U32 or PtxType.S32) => &Atomics.Run<Atomics.CompareAndSwap<uint>, uint>,
        ("cas", PtxType.B64 or PtxType.U64 or PtxType.S64) => &Atomics.Run<Atomics.CompareAndSwap<ulong>, ulong>,
        ("inc", PtxType.U32) => &Atomics.Run<Atomics.Increment, uint>,
        ("dec", PtxType.U32) => &Atomics.Run<Atomics.Decrement, uint>,
        _ => throw UnsupportedType(),
    };

    private void SelectOtherMemory()
    {
        switch (modifiers.Name)
        {
            case "isspacep":
                PtxSpace space = TakeSpace();
                ExpectOperands(2);
                current.D = Result(0, PtxType.Pred);
                current.A = Source(1, PtxType.B64);
                current.Mode = (int)space;
                current.Execute = &Control.IsInSpace;
                break;
            case "prefetch" or "prefetchu" or "applypriority" or "discard":
                while (modifiers.TakeFirst() is not null)
                {
                }

                current.Execute = &Control.Nothing;
                break;
            default:
                throw Unsupported("cache policies are not supported");
        }
    }

    private void SelectAsyncCopy()
    {
        if (!modifiers.Take("async"))
        {
            throw Unsupported("the instruction is not supported");
        }

        if (modifiers.Take("commit_group"))
        {
            current.Execute = &AsyncCopies.Commit;
            return;
        }

        if (modifiers.Take("wait_all"))
        {
            current.Immediate = 0;
            current.Mode = 1;
            current.Execute = &AsyncCopies.Wait;
            return;
        }

        if (modifiers.Take("wait_group"))
        {
            ExpectOperands(1);
            current.Immediate = Operand(0) is ImmediateOperand n ? (long)n.Bits : throw Unsupported("a number of groups expected");
            current.Execute = &AsyncCopies.Wait;
            return;
        }

        if (modifiers.TakeAny("ca", "cg") is null || modifiers.TakeAny("shared", "shared::cta", "shared::cluster") is null
            || !modifiers.Take("global"))
        {
            throw Unsupported("only cp.async.ca and .cg from global to shared memory are supported");
        }

        TakeMemoryOrder(true);
        current.Mode = 0;
        if (syntax.Operands.Length is < 3 or > 4 || Operand(0) is not AddressOperand to || Operand(2) is not ImmediateOperand size
            || size.Bits is not (4 or 8 or 16))
        {
            throw Unsupported("a copy needs two addresses and 4, 8 or 16 bytes");
        }

        PtxSpace shared = PtxSpace.Shared;
        Address(0, ref shared);
        (int toRegister, int toMode, long toOffset) = (current.A, current.Mode, current.Immediate);
        current.Mode = 0;
        PtxSpace global = PtxSpace.Global;
        Address(1, ref global);

        // A, the mode and the immediate describe the source; the list the destination, the size and the source size.
        int sourceSize = syntax.Operands.Length == 4 ? Source(3, PtxType.U32) : -1;
        SetList([toRegister, toMode, (int)toOffset, (int)size.Bits, sourceSize]);
        current.Execute = &AsyncCopies.Copy;
    }
}
