using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Operations that the lanes of a warp do together.</summary>
internal static unsafe class WarpOperations
{
    /// <summary>The ways of a shuffle, packed in the mode.</summary>
    public const int Up = 0;
    public const int Down = 1;
    public const int Butterfly = 2;
    public const int Index = 3;

    /// <summary>Reads a register of another lane. List[0] is the register of the mask; there is none for the old form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Shuffle(Warp warp, Instruction* i)
    {
        if (i->ListCount != 0 && !warp.Gather(i->List[0], i))
        {
            return;
        }

        byte* frame = warp.Frame;
        uint* values = stackalloc uint[Lane.Count];
        new Span<uint>(frame + i->A, Lane.Count).CopyTo(new Span<uint>(values, Lane.Count));
        uint predicate = 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int b = (int)(Lane.Read<uint>(frame + i->B, lane) & 31);
            uint c = Lane.Read<uint>(frame + i->C, lane);
            int segment = (int)(c >> 8 & 31);
            int first = lane & segment;
            int last = first | ((int)(c & 31) & ~segment);
            int from = i->Mode switch
            {
                Up => lane - b,
                Down => lane + b,
                Butterfly => lane ^ b,
                _ => first | (b & ~segment),
            };
            bool inside = i->Mode == Up ? from >= last : from <= last;
            if (inside)
            {
                predicate |= 1u << lane;
            }
            else
            {
                from = lane;
            }

            if ((warp.Mask >> from & 1) == 0)
            {
                warp.Block.Checker?.OnInactiveLane(warp, lane, from);
            }

            Lane.Write(frame + i->D, lane, values[from]);
        }

        if (i->E >= 0)
        {
            Moves.StorePredicate(warp, i->E, predicate);
        }
    }

    /// <summary>The ways of a vote.</summary>
    public const int All = 0;
    public const int Any = 1;
    public const int Uniform = 2;
    public const int Ballot = 3;

    /// <summary>The mode bit that negates the predicate of a vote.</summary>
    public const int Negated = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vote(Warp warp, Instruction* i)
    {
        if (i->ListCount != 0 && !warp.Gather(i->List[0], i))
        {
            return;
        }

        uint votes = (*(uint*)(warp.Frame + i->A) ^ ((i->Mode & Negated) != 0 ? uint.MaxValue : 0)) & warp.Mask;
        switch (i->Mode & 3)
        {
            case All:
                Moves.StorePredicate(warp, i->D, votes == warp.Mask ? uint.MaxValue : 0);
                break;
            case Any:
                Moves.StorePredicate(warp, i->D, votes != 0 ? uint.MaxValue : 0);
                break;
            case Uniform:
                Moves.StorePredicate(warp, i->D, votes == 0 || votes == warp.Mask ? uint.MaxValue : 0);
                break;
            default:
                StoreAll(warp, i->D, votes);
                break;
        }
    }

    /// <summary>For each lane, the lanes that hold the same value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MatchAny<T>(Warp warp, Instruction* i)
        where T : unmanaged, IEquatable<T>
    {
        if (!warp.Gather(i->List[0], i))
        {
            return;
        }

        uint* result = stackalloc uint[Lane.Count];
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            result[lane] = Same<T>(warp, i, lane);
        }

        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            Lane.Write(warp.Frame + i->D, lane, result[lane]);
        }
    }

    /// <summary>The mask of all lanes when they hold one value, else zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MatchAll<T>(Warp warp, Instruction* i)
        where T : unmanaged, IEquatable<T>
    {
        if (!warp.Gather(i->List[0], i))
        {
            return;
        }

        bool all = Same<T>(warp, i, BitOperations.TrailingZeroCount(warp.Mask)) == warp.Mask;
        if (i->D >= 0)
        {
            StoreAll(warp, i->D, all ? warp.Mask : 0);
        }

        if (i->E >= 0)
        {
            Moves.StorePredicate(warp, i->E, all ? uint.MaxValue : 0);
        }
    }

    /// <summary>Reduces a register over the lanes of the mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reduce<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, Accesses.IAtomic<T>
        where T : unmanaged
    {
        if (!warp.Gather(i->List[0], i))
        {
            return;
        }

        uint rest = warp.Mask;
        T value = Lane.Read<T>(warp.Frame + i->A, BitOperations.TrailingZeroCount(rest));
        for (rest &= rest - 1; rest != 0; rest &= rest - 1)
        {
            value = TOp.Apply(value, Lane.Read<T>(warp.Frame + i->A, BitOperations.TrailingZeroCount(rest)), default);
        }

        StoreAll(warp, i->D, *(uint*)&value);
    }

    /// <summary>Picks the lowest lane as the leader.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Elect(Warp warp, Instruction* i)
    {
        if (!warp.Gather(i->List[0], i))
        {
            return;
        }

        int leader = BitOperations.TrailingZeroCount(warp.Mask);
        if (i->D >= 0)
        {
            StoreAll(warp, i->D, (uint)leader);
        }

        Moves.StorePredicate(warp, i->E, 1u << leader);
    }

    /// <summary>A barrier of the warp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Synchronise(Warp warp, Instruction* i)
    {
        if (warp.Gather(i->List[0], i))
        {
            warp.Block.Checker?.OnWarpBarrier(warp);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ActiveMask(Warp warp, Instruction* i) => StoreAll(warp, i->D, warp.Mask);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Same<T>(Warp warp, Instruction* i, int lane)
        where T : unmanaged, IEquatable<T>
    {
        T mine = Lane.Read<T>(warp.Frame + i->A, lane);
        uint same = 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int other = BitOperations.TrailingZeroCount(rest);
            same |= Lane.Read<T>(warp.Frame + i->A, other).Equals(mine) ? 1u << other : 0;
        }

        return same;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreAll(Warp warp, int slot, uint value)
    {
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            Lane.Write(warp.Frame + slot, BitOperations.TrailingZeroCount(rest), value);
        }
    }
}
