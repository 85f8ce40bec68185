using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Runs a function lane by lane.</summary>
internal static unsafe class Each
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unary<TOp, T, R>(Warp warp, Instruction* i)
        where TOp : struct, IUnary<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* d = warp.Frame + i->D;
        int mode = i->Mode;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            Lane.Write(d, lane, TOp.Apply(Lane.Read<T>(a, lane), mode));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binary<TOp, T, U, R>(Warp warp, Instruction* i)
        where TOp : struct, IBinary<T, U, R>
        where T : unmanaged
        where U : unmanaged
        where R : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* b = warp.Frame + i->B;
        byte* d = warp.Frame + i->D;
        int mode = i->Mode;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            Lane.Write(d, lane, TOp.Apply(Lane.Read<T>(a, lane), Lane.Read<U>(b, lane), mode));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<TOp, T, U, R>(Warp warp, Instruction* i)
        where TOp : struct, ITernary<T, U, R>
        where T : unmanaged
        where U : unmanaged
        where R : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* b = warp.Frame + i->B;
        byte* c = warp.Frame + i->C;
        byte* d = warp.Frame + i->D;
        int mode = i->Mode;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            Lane.Write(d, lane, TOp.Apply(Lane.Read<T>(a, lane), Lane.Read<T>(b, lane), Lane.Read<U>(c, lane), mode));
        }
    }
}
