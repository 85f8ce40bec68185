using System.Diagnostics;
using System.Numerics;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Execution;

/// <summary>The warp's part for calls and for the registers that the hardware fills.</summary>
internal sealed unsafe partial class Warp
{
    /// <summary>The deepest chain of calls that is tried.</summary>
    private const int MaxDepth = 4096;

    /// <summary>Calls a function with the lanes of <see cref="Mask"/>; the others of the fragment wait for them behind the call.</summary>
    public void Call(CompiledFunction function, Instruction* call)
    {
        if (Mask != Active)
        {
            PushConvergence(Pc);
            SplitOff(Active & ~Mask, Pc);
        }

        Frame caller = CurrentFrame;
        int depth = 0;
        for (Frame? f = caller; f is not null && depth <= MaxDepth; f = f.Caller)
        {
            depth++;
        }

        int localBase = caller.LocalBase + caller.Function.LocalBytes;
        if (localBase + function.LocalBytes > Block.LocalBytes || depth > MaxDepth)
        {
            throw Block.Fault(this, DeviceFaultKind.StackOverflow, BitOperations.TrailingZeroCount(Mask),
                $"a call of '{function.Name}' at depth {depth} needs more local memory than the {Block.LocalBytes} bytes of a thread");
        }

        Frame frame = TakeFrame(function, localBase);
        frame.Caller = caller;
        frame.Call = call;
        frame.Live = Mask;
        int arguments = call->List[0];
        for (int k = 0; k < arguments; k++)
        {
            ParameterPlace place = function.Formals[k];
            CopyParameter(caller, call->List[1 + k], frame, place.Offset, place.ByteCount);
        }

        // The return address is kept by the fragment that runs on in the caller's frame.
        frame.ReturnPc = Pc;
        Active = Mask;
        Pc = 0;
        SetFrame(frame);
        Interrupt();
    }

    /// <summary>Returns from a function with all lanes of the fragment.</summary>
    public void Return()
    {
        Frame frame = CurrentFrame;
        Frame caller = frame.Caller!;
        int arguments = frame.Call->List[0];
        int results = frame.Call->ListCount - 1 - arguments;
        for (int k = 0; k < results; k++)
        {
            ParameterPlace place = frame.Function.Results[k];
            CopyParameter(frame, place.Offset, caller, frame.Call->List[1 + arguments + k], place.ByteCount);
        }

        int pc = frame.ReturnPc;
        frame.Live &= ~Active;
        if (frame.Live == 0)
        {
            ReturnFrame(frame);
        }

        Pc = pc;
        SetFrame(caller);
        Interrupt();
    }

    /// <summary>Reads a special register for a lane.</summary>
    public ulong Special(SpecialRegister register, int lane)
    {
        Block block = Block;
        int thread = (Index * Lane.Count) + lane;
        return register switch
        {
            SpecialRegister.TidX => (ulong)(thread % block.Shape.X),
            SpecialRegister.TidY => (ulong)(thread / block.Shape.X % block.Shape.Y),
            SpecialRegister.TidZ => (ulong)(thread / (block.Shape.X * block.Shape.Y)),
            SpecialRegister.NtidX => (ulong)block.Shape.X,
            SpecialRegister.NtidY => (ulong)block.Shape.Y,
            SpecialRegister.NtidZ => (ulong)block.Shape.Z,
            SpecialRegister.CtaidX or SpecialRegister.ClusterIdX => (ulong)block.Id.X,
            SpecialRegister.CtaidY or SpecialRegister.ClusterIdY => (ulong)block.Id.Y,
            SpecialRegister.CtaidZ or SpecialRegister.ClusterIdZ => (ulong)block.Id.Z,
            SpecialRegister.NctaidX or SpecialRegister.NClusterIdX => (ulong)block.Grid.X,
            SpecialRegister.NctaidY or SpecialRegister.NClusterIdY => (ulong)block.Grid.Y,
            SpecialRegister.NctaidZ or SpecialRegister.NClusterIdZ => (ulong)block.Grid.Z,
            SpecialRegister.LaneId => (ulong)lane,
            SpecialRegister.WarpId => (ulong)Index,
            SpecialRegister.NWarpId => (ulong)block.WarpCount,
            SpecialRegister.SmId => (ulong)(block.Linear % block.Options.MultiprocessorCount),
            SpecialRegister.NSmId => (ulong)block.Options.MultiprocessorCount,
            SpecialRegister.GridId => (ulong)block.GridNumber,
            SpecialRegister.LaneMaskEq => 1u << lane,
            SpecialRegister.LaneMaskLt => (1u << lane) - 1,
            SpecialRegister.LaneMaskLe => (1u << lane) | ((1u << lane) - 1),
            SpecialRegister.LaneMaskGe => ~((1u << lane) - 1),
            SpecialRegister.LaneMaskGt => ~((1u << lane) | ((1u << lane) - 1)),
            SpecialRegister.DynamicSharedSize => (ulong)block.DynamicSharedBytes,
            SpecialRegister.TotalSharedSize => (ulong)block.SharedBytes,
            SpecialRegister.ClusterNctaIdX or SpecialRegister.ClusterNctaRank => 1,
            SpecialRegister.WarpSize => Lane.Count,
            SpecialRegister.Clock or SpecialRegister.Clock64 => (ulong)Stopwatch.GetTimestamp(),
            SpecialRegister.ClockHigh => (ulong)Stopwatch.GetTimestamp() >> 32,
            SpecialRegister.GlobalTimer or SpecialRegister.GlobalTimerLow => Nanoseconds(),
            SpecialRegister.GlobalTimerHigh => Nanoseconds() >> 32,
            _ => 0,
        };
    }

    private static ulong Nanoseconds() => (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private Frame TakeFrame(CompiledFunction function, int localBase)
    {
        Stack<Frame> frames = pool[function.Index] ??= new Stack<Frame>();
        if (!frames.TryPop(out Frame? frame))
        {
            frame = new Frame(function, Block.Image.Constants(function));
            made.Add(frame);
        }

        if (frame.Epoch != Block.Epoch)
        {
            bool isFirst = frame.Epoch < 0;
            frame.Epoch = Block.Epoch;
            foreach (SpecialSlot slot in function.Specials)
            {
                // What depends on the thread alone is the same for every block of every launch of this shape; the grid is not.
                if (isFirst || slot.Register is >= SpecialRegister.CtaidX and <= SpecialRegister.NctaidZ or >= SpecialRegister.SmId)
                {
                    FillSpecial(frame, slot);
                }
            }
        }

        frame.Rebase(localBase);
        frame.Caller = null;
        return frame;
    }

    private void FillSpecial(Frame frame, SpecialSlot slot)
    {
        bool isWide = slot.Register.Size() == 8;
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            ulong value = Special(slot.Register, lane);
            if (isWide)
            {
                Lane.Write(frame.Memory + slot.Offset, lane, value);
            }
            else
            {
                Lane.Write(frame.Memory + slot.Offset, lane, (uint)value);
            }
        }
    }

    private void ReturnFrame(Frame frame)
    {
        Stack<Frame> frames = pool[frame.Function.Index] ??= new Stack<Frame>();
        frames.Push(frame);
    }

    private void CopyParameter(Frame from, int fromOffset, Frame to, int toOffset, int bytes)
    {
        for (uint rest = Active & Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            Buffer.MemoryCopy(from.Parameters(lane) + fromOffset, to.Parameters(lane) + toOffset, bytes, bytes);
        }
    }
}
