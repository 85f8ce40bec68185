using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Logic, shifts and bit fields.</summary>
internal static unsafe class Bits
{
    public struct And<T> : IVectorBinary<T>
    {
        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a & b;
    }

    public struct Or<T> : IVectorBinary<T>
    {
        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a | b;
    }

    public struct Xor<T> : IVectorBinary<T>
    {
        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a ^ b;
    }

    public struct Not<T> : IVectorUnary<T>
    {
        public static Vector512<T> Apply(Vector512<T> a) => ~a;
    }

    public struct Not16 : IUnary<ushort, ushort>
    {
        public static ushort Apply(ushort a, int mode) => (ushort)~a;
    }

    /// <summary>C's negation: one for zero, else zero.</summary>
    public struct LogicalNot<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, int mode) => T.IsZero(a) ? T.One : T.Zero;
    }

    /// <summary>Shifts to the left; counts beyond the width give zero.</summary>
    public struct ShiftLeft<T> : IBinary<T, uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, uint b, int mode) => b >= sizeof(T) * 8 ? T.Zero : a << (int)b;
    }

    /// <summary>Shifts to the right; counts beyond the width count as the width.</summary>
    public struct ShiftRight<T> : IBinary<T, uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, uint b, int mode) =>
            b >= sizeof(T) * 8 ? (T.IsNegative(a) ? T.AllBitsSet : T.Zero) : a >> (int)b;
    }

    /// <summary>Any function of three bits, given as its table.</summary>
    public struct Lop3 : ITernary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c, int mode)
        {
            uint result = 0;
            for (int k = 0; k < 8; k++)
            {
                if ((mode >> k & 1) != 0)
                {
                    result |= ((k & 4) != 0 ? a : ~a) & ((k & 2) != 0 ? b : ~b) & ((k & 1) != 0 ? c : ~c);
                }
            }

            return result;
        }
    }

    /// <summary>Shifts a pair of words; the mode says which way and whether the count wraps.</summary>
    public struct FunnelShift : ITernary<uint, uint, uint>
    {
        public const int Right = 1;
        public const int Wrap = 2;

        public static uint Apply(uint a, uint b, uint c, int mode)
        {
            int n = (int)((mode & Wrap) != 0 ? c & 31 : Math.Min(c, 32));
            ulong pair = ((ulong)b << 32) | a;
            return (mode & Right) != 0 ? (uint)(pair >> n) : (uint)((pair << n) >> 32);
        }
    }

    /// <summary>Picks four bytes out of eight; the mode is the variant.</summary>
    public struct Permute : ITernary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c, int mode)
        {
            ulong pair = ((ulong)b << 32) | a;
            uint result = 0;
            for (int k = 0; k < 4; k++)
            {
                uint pick = mode == 0 ? c >> (4 * k) & 15 : Variant((int)(c & 3), k, mode);
                uint value = (byte)(pair >> (int)(8 * (pick & 7)));
                if ((pick & 8) != 0)
                {
                    value = (value & 0x80) != 0 ? 0xFFu : 0;
                }

                result |= value << (8 * k);
            }

            return result;
        }

        private static uint Variant(int c, int k, int mode) => (uint)(mode switch
        {
            1 => c + k,
            2 => (c - k) & 7,
            3 => c,
            4 => Math.Max(c, k),
            5 => Math.Min(c, k),
            _ => ((c & 1) * 2) + (k & 1),
        });
    }

    /// <summary>Takes a bit field out; the sign of a signed one is its top bit, or the top bit of the value where it reaches
    /// beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Extract<T>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* frame = warp.Frame;
        int width = sizeof(T) * 8;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T a = Lane.Read<T>(frame + i->A, lane);
            int start = (int)(Lane.Read<uint>(frame + i->B, lane) & 0xFF);
            int length = (int)(Lane.Read<uint>(frame + i->C, lane) & 0xFF);
            T field = ShiftRight<T>.Apply(a, (uint)start, 0);
            if (length == 0)
            {
                field = T.Zero;
            }
            else if (start + length < width)
            {
                field = (field << (width - length)) >> (width - length);
            }

            Lane.Write(frame + i->D, lane, field);
        }
    }

    /// <summary>Inserts a bit field: d = b with <c>length</c> bits of a at <c>start</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert<T>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* frame = warp.Frame;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T a = Lane.Read<T>(frame + i->A, lane);
            T b = Lane.Read<T>(frame + i->B, lane);
            uint start = Lane.Read<uint>(frame + i->C, lane) & 0xFF;
            uint length = Lane.Read<uint>(frame + i->E, lane) & 0xFF;
            T ones = length >= sizeof(T) * 8 ? T.AllBitsSet : (T.One << (int)length) - T.One;
            T field = ShiftLeft<T>.Apply(ones, start, 0);
            Lane.Write(frame + i->D, lane, (b & ~field) | (ShiftLeft<T>.Apply(a, start, 0) & field));
        }
    }

    public struct PopulationCount<T> : IUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Apply(T a, int mode) => uint.CreateTruncating(T.PopCount(a));
    }

    public struct LeadingZeros<T> : IUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Apply(T a, int mode) => uint.CreateTruncating(T.LeadingZeroCount(a));
    }

    public struct Reverse32 : IUnary<uint, uint>
    {
        public static uint Apply(uint a, int mode)
        {
            a = (a >> 1 & 0x55555555) | (a & 0x55555555) << 1;
            a = (a >> 2 & 0x33333333) | (a & 0x33333333) << 2;
            a = (a >> 4 & 0x0F0F0F0F) | (a & 0x0F0F0F0F) << 4;
            return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
        }
    }

    public struct Reverse64 : IUnary<ulong, ulong>
    {
        public static ulong Apply(ulong a, int mode) => ((ulong)Reverse32.Apply((uint)a, 0) << 32) | Reverse32.Apply((uint)(a >> 32), 0);
    }

    /// <summary>The place of the highest bit that differs from the sign; all ones when there is none. Mode 1 counts from the top.</summary>
    public struct FindHighest<T> : IUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Apply(T a, int mode)
        {
            if (T.IsNegative(a))
            {
                a = ~a;
            }

            uint zeros = uint.CreateTruncating(T.LeadingZeroCount(a));
            uint width = (uint)sizeof(T) * 8;
            return zeros == width ? uint.MaxValue : mode == 1 ? zeros : width - 1 - zeros;
        }
    }

    /// <summary>The place of the n-th set bit from a start on, upwards or downwards; all ones when there is none.</summary>
    public struct FindNth : ITernary<uint, int, uint>
    {
        public static uint Apply(uint a, uint b, int c, int mode)
        {
            int at = (int)(b & 31);
            if (c == 0)
            {
                return (a >> at & 1) != 0 ? (uint)at : uint.MaxValue;
            }

            int step = c > 0 ? 1 : -1;
            int left = Math.Abs(c);
            for (; at is >= 0 and < 32; at += step)
            {
                if ((a >> at & 1) != 0 && --left == 0)
                {
                    return (uint)at;
                }
            }

            return uint.MaxValue;
        }
    }

    /// <summary>A run of ones; the mode says whether length and place wrap.</summary>
    public struct MakeMask : IBinary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, int mode)
        {
            ulong start = mode == 1 ? a & 31 : Math.Min(a, 32u);
            ulong length = mode == 1 ? b & 31 : Math.Min(b, 32u);
            return (uint)(((1ul << (int)length) - 1) << (int)start);
        }
    }

    /// <summary>Extends the sign of the lowest bits; the mode says whether their number wraps.</summary>
    public struct SignExtend : IBinary<uint, uint, uint>
    {
        public const int Signed = 2;

        public static uint Apply(uint a, uint b, int mode)
        {
            int length = (int)((mode & 1) != 0 ? b & 31 : Math.Min(b, 32u));
            int gap = 32 - length;
            return length == 0 ? 0 : (mode & Signed) != 0 ? (uint)((int)(a << gap) >> gap) : a << gap >> gap;
        }
    }

    /// <summary>Shifts a whole register to the left by a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftLeft32(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        int n = (int)i->Immediate;
        Lane.Store32(warp.Frame + i->D, Vector512.Load(a) << n, Vector512.Load(a + 16) << n, warp.Mask);
    }

    /// <summary>Shifts a whole register to the right by a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftRightUnsigned32(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        int n = (int)i->Immediate;
        Lane.Store32(warp.Frame + i->D, Vector512.Load(a) >>> n, Vector512.Load(a + 16) >>> n, warp.Mask);
    }

    /// <summary>Shifts a whole register of signed values to the right by a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftRightSigned32(Warp warp, Instruction* i)
    {
        int* a = (int*)(warp.Frame + i->A);
        int n = (int)i->Immediate;
        Lane.Store32(warp.Frame + i->D, (Vector512.Load(a) >> n).AsUInt32(), (Vector512.Load(a + 16) >> n).AsUInt32(), warp.Mask);
    }

    /// <summary>Shifts a whole wide register to the left by a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftLeft64(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        int n = (int)i->Immediate;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Lane.Store64(warp.Frame + i->D, lane, Vector512.Load(a + lane) << n, warp.Mask);
        }
    }

    /// <summary>Shifts a whole wide register to the right by a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftRightUnsigned64(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        int n = (int)i->Immediate;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Lane.Store64(warp.Frame + i->D, lane, Vector512.Load(a + lane) >>> n, warp.Mask);
        }
    }
}
