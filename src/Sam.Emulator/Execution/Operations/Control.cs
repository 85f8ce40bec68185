using System.Numerics;
using Sam.Emulator.Execution.Accesses;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Branches, calls, barriers, and what stops a thread.</summary>
internal static unsafe class Control
{
    public static void Branch(Warp warp, Instruction* i) => warp.Branch(i->Target, i->Reconverge);

    /// <summary>Goes to the label that each lane's index picks.</summary>
    public static void BranchIndexed(Warp warp, Instruction* i)
    {
        uint* index = (uint*)(warp.Frame + i->A);
        uint rest = warp.Mask;
        uint first = index[BitOperations.TrailingZeroCount(rest)];
        uint same = 0;
        for (uint m = rest; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            same |= index[lane] == first ? 1u << lane : 0;
            if (index[lane] >= i->ListCount)
            {
                throw warp.Block.Fault(warp, DeviceFaultKind.InvalidFunction, lane, $"branch {index[lane]} of a table of {i->ListCount}");
            }
        }

        if (same != rest)
        {
            // The others come back to this instruction.
            warp.PushConvergence(i->Reconverge);
            warp.SplitOff(rest & ~same, i->Index);
            warp.Mask = same;
        }

        warp.Branch(i->List[first], i->Reconverge);
        warp.Interrupt();
    }

    public static void Call(Warp warp, Instruction* i) => warp.Call(warp.Block.Image.Functions[i->Target], i);

    /// <summary>Calls the function whose address a register holds, lanes with another one apart.</summary>
    public static void CallIndirect(Warp warp, Instruction* i)
    {
        ulong* targets = (ulong*)(warp.Frame + i->A);
        int leader = BitOperations.TrailingZeroCount(warp.Mask);
        ulong target = targets[leader];
        uint same = 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            same |= targets[lane] == target ? 1u << lane : 0;
        }

        CompiledFunction? function = warp.Block.Image.FunctionAt(target);
        if (function is null || function.Syntax.IsEntry || function.Formals.Length != i->List[0])
        {
            throw warp.Block.Fault(warp, DeviceFaultKind.InvalidFunction, leader, $"a call to 0x{target:x}, which is no such function");
        }

        uint others = warp.Mask & ~same;
        if (others != 0)
        {
            warp.PushConvergence(warp.Pc);
            warp.SplitOff(others, i->Index);
            warp.Mask = same;
        }

        warp.Call(function, i);
    }

    public static void Return(Warp warp, Instruction* i) => warp.Return();

    public static void Exit(Warp warp, Instruction* i) => warp.Exit(warp.Mask);

    public static void Trap(Warp warp, Instruction* i) =>
        throw warp.Block.Fault(warp, DeviceFaultKind.Trap, BitOperations.TrailingZeroCount(warp.Mask), "the kernel stopped itself");

    public static void Nothing(Warp warp, Instruction* i)
    {
    }

    /// <summary>Gives way to others.</summary>
    public static void Sleep(Warp warp, Instruction* i)
    {
        for (int k = 0; k < 16; k++)
        {
            warp.NotePoll();
        }
    }

    public static void Fence(Warp warp, Instruction* i)
    {
        Thread.MemoryBarrier();
        warp.Block.Checker?.OnFence(warp);
    }

    /// <summary>A block barrier: A is the number, B the number of threads or -1, C a predicate or -1; the immediate is 1 to go
    /// on.</summary>
    public static void Barrier(Warp warp, Instruction* i)
    {
        int lane = BitOperations.TrailingZeroCount(warp.Mask);
        int number = (int)Lane.Read<uint>(warp.Frame + i->A, lane);
        int threads = i->B < 0 ? 0 : (int)Lane.Read<uint>(warp.Frame + i->B, lane);
        uint votes = i->C < 0 ? 0 : *(uint*)(warp.Frame + i->C) ^ (uint)i->E;
        warp.Block.ArriveAt(warp, i, number, threads, i->Immediate == 0, votes);
    }

    /// <summary>Reads a special register that changes while the warp runs; the target is its number.</summary>
    public static void ReadSpecial(Warp warp, Instruction* i)
    {
        var register = (SpecialRegister)i->Target;
        ulong value = warp.Special(register, 0);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (i->Mode == 8)
            {
                Lane.Write(warp.Frame + i->D, lane, value);
            }
            else
            {
                Lane.Write(warp.Frame + i->D, lane, (uint)value);
            }
        }

        warp.NotePoll();
    }

    /// <summary>Whether a generic address lies in a space; the mode is the space.</summary>
    public static void IsInSpace(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        uint result = 0;
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            ulong window = a[lane] & Windows.Mask;
            bool holds = (PtxSpace)i->Mode switch
            {
                PtxSpace.Shared => window == Windows.Shared,
                PtxSpace.Local => window == Windows.Local,
                PtxSpace.Param => window == Windows.Param,
                PtxSpace.Const => window == 0 && IsConstant(warp, a[lane]),
                _ => window == 0 && !IsConstant(warp, a[lane]),
            };
            result |= holds ? 1u << lane : 0;
        }

        Moves.StorePredicate(warp, i->D, result);
    }

    private static bool IsConstant(Warp warp, ulong address) => warp.Block.Image.IsConstant(address);
}
