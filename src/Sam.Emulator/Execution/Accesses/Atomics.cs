using System.Numerics;
using System.Runtime.CompilerServices;
using Sam.Emulator.Execution.Numerics;
using Sam.Emulator.Execution.Operations;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>What an atomic operation makes of the old value.</summary>
internal interface IAtomic<T>
{
    /// <summary>The new value.</summary>
    static abstract T Apply(T old, T b, T c);
}

/// <summary>Atomic operations: one lane after the other, each by compare and exchange, so that blocks on other threads take part.</summary>
internal static unsafe class Atomics
{
    /// <summary>Runs an operation of 16, 32 or 64 bits; the result register is -1 for reductions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, IAtomic<T>
        where T : unmanaged
    {
        Access.Resolve(warp, i, sizeof(T), AccessKind.Atomic);
        byte* frame = warp.Frame;
        warp.Block.Counters.Atomics += BitOperations.PopCount(warp.Mask);
        for (uint rest = warp.Mask; rest != 0;)
        {
            int lane = warp.Block.Schedule.TakeLane(ref rest);
            T* place = (T*)warp.Addresses[lane];
            T b = Lane.Read<T>(frame + i->B, lane);
            T c = i->C < 0 ? default : Lane.Read<T>(frame + i->C, lane);
            T old;
            do
            {
                old = *place;
            }
            while (!Exchange(place, old, TOp.Apply(old, b, c)));
            if (i->D >= 0)
            {
                Lane.Write(frame + i->D, lane, old);
            }
        }

        if (i->D >= 0)
        {
            warp.NotePoll();
        }
    }

    private static bool Exchange<T>(T* place, T old, T value)
        where T : unmanaged => sizeof(T) switch
        {
            2 => Interlocked.CompareExchange(ref *(ushort*)place, *(ushort*)&value, *(ushort*)&old) == *(ushort*)&old,
            4 => Interlocked.CompareExchange(ref *(uint*)place, *(uint*)&value, *(uint*)&old) == *(uint*)&old,
            _ => Interlocked.CompareExchange(ref *(ulong*)place, *(ulong*)&value, *(ulong*)&old) == *(ulong*)&old,
        };

    public struct Add<T> : IAtomic<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T old, T b, T c) => unchecked(old + b);
    }

    /// <summary>Single precision with the NaN of the hardware.</summary>
    public struct AddSingle : IAtomic<float>
    {
        public static float Apply(float old, float b, float c) => Rounding.Finish(old + b, 0);
    }

    public struct Exchanged<T> : IAtomic<T>
    {
        public static T Apply(T old, T b, T c) => b;
    }

    public struct CompareAndSwap<T> : IAtomic<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T old, T b, T c) => old == b ? c : old;
    }

    public struct And<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T old, T b, T c) => old & b;
    }

    public struct Or<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T old, T b, T c) => old | b;
    }

    public struct Xor<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T old, T b, T c) => old ^ b;
    }

    public struct Min<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T old, T b, T c) => old < b ? old : b;
    }

    public struct Max<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T old, T b, T c) => old > b ? old : b;
    }

    public struct Increment : IAtomic<uint>
    {
        public static uint Apply(uint old, uint b, uint c) => old >= b ? 0 : old + 1;
    }

    public struct Decrement : IAtomic<uint>
    {
        public static uint Apply(uint old, uint b, uint c) => old == 0 || old > b ? b : old - 1;
    }

    /// <summary>A function of one or two 16-bit reals.</summary>
    public struct HalfFunction<TFormat, TFunction> : IAtomic<ushort>
        where TFormat : struct, IHalfFormat
        where TFunction : struct, IHalfFunction
    {
        public static ushort Apply(ushort old, ushort b, ushort c) =>
            TFormat.Encode(TFunction.Apply(TFormat.Decode(old), TFormat.Decode(b), 0, 0), RoundingMode.Nearest);
    }

    /// <summary>A function of pairs of 16-bit reals.</summary>
    public struct PairFunction<TFormat, TFunction> : IAtomic<uint>
        where TFormat : struct, IHalfFormat
        where TFunction : struct, IHalfFunction
    {
        public static uint Apply(uint old, uint b, uint c) =>
            HalfFunction<TFormat, TFunction>.Apply((ushort)old, (ushort)b, 0)
            | ((uint)HalfFunction<TFormat, TFunction>.Apply((ushort)(old >> 16), (ushort)(b >> 16), 0) << 16);
    }
}
