using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Whole-number arithmetic, for every width.</summary>
internal static class Integers
{
    public struct Add<T> : IBinary<T, T, T>, IVectorBinary<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T a, T b, int mode) => unchecked(a + b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a + b;
    }

    public struct Subtract<T> : IBinary<T, T, T>, IVectorBinary<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T a, T b, int mode) => unchecked(a - b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a - b;
    }

    public struct AddSaturated : IBinary<int, int, int>
    {
        public static int Apply(int a, int b, int mode) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
    }

    public struct SubtractSaturated : IBinary<int, int, int>
    {
        public static int Apply(int a, int b, int mode) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
    }

    public struct MultiplyLow<T> : IBinary<T, T, T>, IVectorBinary<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T a, T b, int mode) => unchecked(a * b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a * b;
    }

    public struct MultiplyAddLow<T> : ITernary<T, T, T>, IVectorTernary<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T a, T b, T c, int mode) => unchecked((a * b) + c);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b, Vector512<T> c) => (a * b) + c;
    }

    /// <summary>The upper half of the product of values of at most 32 bits.</summary>
    public struct MultiplyHigh<T> : IBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, int mode) =>
            T.CreateTruncating((long.CreateTruncating(a) * long.CreateTruncating(b)) >> (int.CreateTruncating(T.PopCount(T.AllBitsSet))));
    }

    public struct MultiplyHighU32 : IBinary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, int mode) => (uint)(((ulong)a * b) >> 32);
    }

    public struct MultiplyHighS64 : IBinary<long, long, long>
    {
        public static long Apply(long a, long b, int mode) => Math.BigMul(a, b, out _);
    }

    public struct MultiplyHighU64 : IBinary<ulong, ulong, ulong>
    {
        public static ulong Apply(ulong a, ulong b, int mode) => Math.BigMul(a, b, out _);
    }

    /// <summary>A part of a product, wrapped, plus a third value.</summary>
    public struct MultiplyThenAdd<T, TOp> : ITernary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
        where TOp : struct, IBinary<T, T, T>
    {
        public static T Apply(T a, T b, T c, int mode) => unchecked(TOp.Apply(a, b, 0) + c);
    }

    /// <summary>The upper half of a product plus a third value, clamped.</summary>
    public struct MultiplyAddHighSaturated : ITernary<int, int, int>
    {
        public static int Apply(int a, int b, int c, int mode) => (int)Math.Clamp((((long)a * b) >> 32) + c, int.MinValue, int.MaxValue);
    }

    public struct MultiplyWide<T, R> : IBinary<T, T, R>
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        public static R Apply(T a, T b, int mode) => unchecked(R.CreateTruncating(a) * R.CreateTruncating(b));
    }

    public struct MultiplyAddWide<T, R> : ITernary<T, R, R>
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        public static R Apply(T a, T b, R c, int mode) => unchecked((R.CreateTruncating(a) * R.CreateTruncating(b)) + c);
    }

    /// <summary>A quotient; division by zero gives all ones, as the hardware's routine does.</summary>
    public struct Divide<T> : IBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, int mode) =>
            T.IsZero(b) ? T.AllBitsSet : T.IsNegative(b) && b == T.AllBitsSet ? unchecked(T.Zero - a) : a / b;
    }

    /// <summary>A rest with the sign of the dividend; that of a division by zero is the dividend.</summary>
    public struct Remainder<T> : IBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, int mode) => T.IsZero(b) ? a : T.IsNegative(b) && b == T.AllBitsSet ? T.Zero : a % b;
    }

    public struct Min<T> : IBinary<T, T, T>, IVectorBinary<T>
        where T : unmanaged, INumber<T>
    {
        public static T Apply(T a, T b, int mode) => a < b ? a : b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
    }

    public struct Max<T> : IBinary<T, T, T>, IVectorBinary<T>
        where T : unmanaged, INumber<T>
    {
        public static T Apply(T a, T b, int mode) => a > b ? a : b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
    }

    /// <summary>A minimum or maximum of which negative values become zero.</summary>
    public struct Relu<TOp> : IBinary<int, int, int>
        where TOp : struct, IBinary<int, int, int>
    {
        public static int Apply(int a, int b, int mode) => Math.Max(0, TOp.Apply(a, b, mode));
    }

    /// <summary>Applies a 16-bit function to both halves of a word.</summary>
    public struct Halves<T, TOp> : IBinary<uint, uint, uint>
        where T : unmanaged, IBinaryInteger<T>
        where TOp : struct, IBinary<T, T, T>
    {
        public static uint Apply(uint a, uint b, int mode)
        {
            uint low = ushort.CreateTruncating(TOp.Apply(T.CreateTruncating(a), T.CreateTruncating(b), mode));
            uint high = ushort.CreateTruncating(TOp.Apply(T.CreateTruncating(a >> 16), T.CreateTruncating(b >> 16), mode));
            return low | (high << 16);
        }
    }

    /// <summary>Applies a 16-bit function to both halves of a word and clamps negative results to zero.</summary>
    public struct HalfRelu<TOp> : IBinary<short, short, short>
        where TOp : struct, IBinary<short, short, short>
    {
        public static short Apply(short a, short b, int mode) => Math.Max((short)0, TOp.Apply(a, b, mode));
    }

    public struct Negate<T> : IUnary<T, T>, IVectorUnary<T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Apply(T a, int mode) => unchecked(T.Zero - a);

        public static Vector512<T> Apply(Vector512<T> a) => Vector512<T>.Zero - a;
    }

    public struct Abs<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, int mode) => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
    }

    public struct AbsoluteDifferenceSum<T> : ITernary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, T c, int mode) => unchecked(c + (a < b ? b - a : a - b));
    }

    public struct Multiply24Low<T> : IBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, int mode) => T.CreateTruncating(Product24(a, b));
    }

    public struct Multiply24High<T> : IBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Apply(T a, T b, int mode) => T.CreateTruncating(Product24(a, b) >> 16);
    }

    /// <summary>Sums of products of the four bytes, or of two 16-bit halves with two of the bytes, of a word.</summary>
    public struct DotProduct : ITernary<uint, uint, uint>
    {
        public const int SignedA = 1;
        public const int SignedB = 2;
        public const int Two = 4;
        public const int UpperBytes = 8;

        public static uint Apply(uint a, uint b, uint c, int mode)
        {
            int sum = (int)c;
            if ((mode & Two) != 0)
            {
                b >>= (mode & UpperBytes) != 0 ? 16 : 0;
                for (int k = 0; k < 2; k++)
                {
                    int x = (mode & SignedA) != 0 ? (short)(a >> (16 * k)) : (ushort)(a >> (16 * k));
                    sum = unchecked(sum + (x * ByteOf(b, k, mode)));
                }
            }
            else
            {
                for (int k = 0; k < 4; k++)
                {
                    int x = (mode & SignedA) != 0 ? (sbyte)(a >> (8 * k)) : (byte)(a >> (8 * k));
                    sum = unchecked(sum + (x * ByteOf(b, k, mode)));
                }
            }

            return (uint)sum;
        }

        private static int ByteOf(uint b, int k, int mode) => (mode & SignedB) != 0 ? (sbyte)(b >> (8 * k)) : (byte)(b >> (8 * k));
    }

    private static long Product24<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>
    {
        long x = long.CreateTruncating(a);
        long y = long.CreateTruncating(b);
        return T.IsNegative(T.AllBitsSet)
            ? ((x << 40) >> 40) * ((y << 40) >> 40)
            : (x & 0xFFFFFF) * (y & 0xFFFFFF);
    }
}
