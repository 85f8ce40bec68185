using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Moves that take registers apart or put them together, predicates, and chains of carries.</summary>
internal static unsafe class Moves
{
    /// <summary>Puts narrow registers together; the mode is the number of bits of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(Warp warp, Instruction* i)
    {
        bool wide = i->Mode * i->ListCount == 64;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong value = 0;
            for (int k = 0; k < i->ListCount; k++)
            {
                value |= (ulong)Lane.Read<uint>(warp.Frame + i->List[k], lane) << (k * i->Mode);
            }

            if (wide)
            {
                Lane.Write(warp.Frame + i->D, lane, value);
            }
            else
            {
                Lane.Write(warp.Frame + i->D, lane, (uint)value);
            }
        }
    }

    /// <summary>Takes a register apart; parts that nobody wants have offset -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(Warp warp, Instruction* i)
    {
        bool wide = i->Mode * i->ListCount == 64;
        uint ones = i->Mode == 32 ? uint.MaxValue : (1u << i->Mode) - 1;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong value = wide ? Lane.Read<ulong>(warp.Frame + i->A, lane) : Lane.Read<uint>(warp.Frame + i->A, lane);
            for (int k = 0; k < i->ListCount; k++)
            {
                if (i->List[k] >= 0)
                {
                    Lane.Write(warp.Frame + i->List[k], lane, (uint)(value >> (k * i->Mode)) & ones);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MovePredicate(Warp warp, Instruction* i) => StorePredicate(warp, i->D, *(uint*)(warp.Frame + i->A) ^ (uint)i->Mode);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AndPredicate(Warp warp, Instruction* i) =>
        StorePredicate(warp, i->D, *(uint*)(warp.Frame + i->A) & *(uint*)(warp.Frame + i->B));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OrPredicate(Warp warp, Instruction* i) =>
        StorePredicate(warp, i->D, *(uint*)(warp.Frame + i->A) | *(uint*)(warp.Frame + i->B));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void XorPredicate(Warp warp, Instruction* i) =>
        StorePredicate(warp, i->D, *(uint*)(warp.Frame + i->A) ^ *(uint*)(warp.Frame + i->B));

    /// <summary>Stores the active lanes of a predicate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StorePredicate(Warp warp, int slot, uint value)
    {
        uint* p = (uint*)(warp.Frame + slot);
        *p = (*p & ~warp.Mask) | (value & warp.Mask);
    }

    /// <summary>Chooses by the sign of the third operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SelectBySign<T, TSign>(Warp warp, Instruction* i)
        where T : unmanaged
        where TSign : unmanaged, INumber<TSign>
    {
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            TSign sign = Lane.Read<TSign>(warp.Frame + i->C, lane);

            // NaN goes to the second, -0 to the first.
            Lane.Write(warp.Frame + i->D, lane, Lane.Read<T>(warp.Frame + (sign >= TSign.Zero ? i->A : i->B), lane));
        }
    }

    /// <summary>Adds, subtracts or multiplies and adds with the carry of each lane; the mode says what is read and written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Carry<T>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        int width = sizeof(T) * 8;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            UInt128 a = UInt128.CreateTruncating(Lane.Read<T>(warp.Frame + i->A, lane));
            UInt128 b = UInt128.CreateTruncating(Lane.Read<T>(warp.Frame + i->B, lane));
            UInt128 carry = (i->Mode & CarryModes.Read) != 0 ? (warp.Carry >> lane) & 1 : 0;
            UInt128 mask = (UInt128.One << width) - UInt128.One;
            UInt128 sum;
            if ((i->Mode & CarryModes.Subtract) != 0)
            {
                sum = a - b - carry;
            }
            else if ((i->Mode & CarryModes.Multiply) != 0)
            {
                UInt128 c = UInt128.CreateTruncating(Lane.Read<T>(warp.Frame + i->C, lane));
                UInt128 product = a * b;
                if ((i->Mode & CarryModes.Signed) != 0)
                {
                    Int128 signedA = (Int128)(a << (128 - width)) >> (128 - width);
                    Int128 signedB = (Int128)(b << (128 - width)) >> (128 - width);
                    product = (UInt128)(signedA * signedB);
                }

                product = (i->Mode & CarryModes.High) != 0 ? product >> width : product;
                sum = (product & mask) + c + carry;
            }
            else
            {
                sum = a + b + carry;
            }

            if ((i->Mode & CarryModes.Write) != 0)
            {
                bool isSet = (sum & ~mask) != UInt128.Zero;
                warp.Carry = isSet ? warp.Carry | (1u << lane) : warp.Carry & ~(1u << lane);
            }

            Lane.Write(warp.Frame + i->D, lane, T.CreateTruncating(sum));
        }
    }
}

/// <summary>What an instruction does with the carry, packed in its mode.</summary>
internal static class CarryModes
{
    public const int Read = 1;
    public const int Write = 2;
    public const int Subtract = 4;
    public const int Multiply = 8;
    public const int High = 16;
    public const int Signed = 32;
}
