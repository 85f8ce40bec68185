namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part that finds the routine of each opcode.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void Select(int[]? jumps)
    {
        switch (modifiers.Name)
        {
            case "add" or "sub":
                SelectSum();
                break;
            case "mul" or "mul24":
                SelectProduct();
                break;
            case "mad" or "mad24":
                SelectMultiplyAdd();
                break;
            case "fma":
                SelectFusedMultiplyAdd();
                break;
            case "div" or "rem":
                SelectQuotient();
                break;
            case "min" or "max":
                SelectExtreme();
                break;
            case "neg" or "abs":
                SelectSign();
                break;
            case "rcp" or "sqrt" or "rsqrt" or "ex2" or "lg2" or "sin" or "cos" or "tanh":
                SelectFunction();
                break;
            case "addc" or "subc" or "madc":
                SelectCarry();
                break;
            case "sad" or "dp4a" or "dp2a" or "copysign" or "testp":
                SelectOtherArithmetic();
                break;
            case "and" or "or" or "xor" or "not" or "cnot":
                SelectLogic();
                break;
            case "shl" or "shr" or "shf":
                SelectShift();
                break;
            case "lop3" or "prmt" or "bfe" or "bfi" or "popc" or "clz" or "brev" or "bfind" or "fns" or "bmsk" or "szext":
                SelectBits();
                break;
            case "setp":
                SelectSetPredicate();
                break;
            case "set":
                SelectSet();
                break;
            case "selp" or "slct":
                SelectChoice();
                break;
            case "cvt":
                SelectConversion();
                break;
            case "mov":
                SelectMove();
                break;
            case "cvta":
                SelectAddressConversion();
                break;
            case "ld" or "ldu":
                SelectLoad();
                break;
            case "st":
                SelectStore();
                break;
            case "atom" or "red":
                SelectAtomic();
                break;
            case "isspacep" or "prefetch" or "prefetchu" or "applypriority" or "discard" or "createpolicy":
                SelectOtherMemory();
                break;
            case "cp":
                SelectAsyncCopy();
                break;
            case "shfl" or "vote" or "match" or "redux" or "elect" or "activemask":
                SelectWarpOperation();
                break;
            case "bar" or "barrier":
                SelectBarrier();
                break;
            case "wmma" or "mma" or "ldmatrix" or "stmatrix" or "movmatrix":
                SelectMatrix();
                break;
            default:
                SelectControl(jumps);
                break;
        }
    }

    /// <summary>Packs the routine and three-operand form of most instructions: a result and one to three sources of one type.</summary>
    private void Operands(int sources, PtxType type, PtxType result = PtxType.None)
    {
        ExpectOperands(sources + 1);
        current.D = Result(0, result == PtxType.None ? type : result);
        current.A = Source(1, type);
        if (sources > 1)
        {
            current.B = Source(2, type);
        }

        if (sources > 2)
        {
            current.C = Source(3, type);
        }
    }
}
