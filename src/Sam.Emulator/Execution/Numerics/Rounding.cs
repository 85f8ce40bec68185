using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sam.Emulator.Execution.Numerics;

/// <summary>Arithmetic with one rounding, in any direction, and the conversions that go with it.</summary>
internal static class Rounding
{
    /// <summary>The NaN that single-precision instructions make.</summary>
    public static readonly float CanonicalNaN = BitConverter.UInt32BitsToSingle(0x7FFFFFFF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float x) => (BitConverter.SingleToUInt32Bits(x) & 0x7F800000) == 0
        ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0x80000000)
        : x;

    /// <summary>Applies <c>.ftz</c>, <c>.sat</c> and the canonical NaN to a result.</summary>
    public static float Finish(float x, int mode)
    {
        if ((mode & Modes.Saturate) != 0)
        {
            // Saturation turns NaN and -0 into +0.
            return x >= 1f ? 1f : x > 0f ? ((mode & Modes.Ftz) != 0 ? Flush(x) : x) : 0f;
        }

        return float.IsNaN(x) ? CanonicalNaN : (mode & Modes.Ftz) != 0 ? Flush(x) : x;
    }

    /// <summary>A sum as its rounded value and the exact rest.</summary>
    public static (double Sum, double Error) TwoSum(double a, double b)
    {
        double sum = a + b;
        double bPart = sum - a;
        return (sum, (a - (sum - bPart)) + (b - bPart));
    }

    /// <summary>Rounds value + rest, where |rest| is at most half a unit of value, to single precision.</summary>
    public static float ToSingle(double value, double rest, RoundingMode mode)
    {
        if (!double.IsFinite(value))
        {
            return (float)value;
        }

        if (mode == RoundingMode.Nearest && rest != 0)
        {
            value = RoundToOdd(value, rest);
            return (float)value;
        }

        float nearest = (float)value;
        if (mode == RoundingMode.Nearest)
        {
            return nearest;
        }

        // Beyond the largest float the nearest is infinity, which lies further out than any exact value.
        double beyond = float.IsInfinity(nearest) ? (nearest > 0 ? -1 : 1) : value - nearest;
        double difference = beyond != 0 ? beyond : rest;
        if (difference == 0)
        {
            return nearest;
        }

        return mode switch
        {
            RoundingMode.Down => difference < 0 ? MathF.BitDecrement(nearest) : nearest,
            RoundingMode.Up => difference > 0 ? MathF.BitIncrement(nearest) : nearest,
            _ => TowardsZero(nearest, difference, value, rest),
        };
    }

    public static float Add(float a, float b, RoundingMode mode)
    {
        if (mode == RoundingMode.Nearest || !float.IsFinite(a) || !float.IsFinite(b))
        {
            return a + b;
        }

        (double sum, double rest) = TwoSum(a, b);
        return sum == 0 && rest == 0 ? ZeroSum(a, b, mode) : ToSingle(sum, rest, mode);
    }

    public static float Multiply(float a, float b, RoundingMode mode) =>
        mode == RoundingMode.Nearest ? a * b : ToSingle((double)a * b, 0, mode);

    public static float FusedMultiplyAdd(float a, float b, float c, RoundingMode mode)
    {
        if (mode == RoundingMode.Nearest || !float.IsFinite(a) || !float.IsFinite(b) || !float.IsFinite(c))
        {
            return MathF.FusedMultiplyAdd(a, b, c);
        }

        double product = (double)a * b;
        (double sum, double rest) = TwoSum(product, c);
        return sum == 0 && rest == 0 ? (float)ZeroSum(product, c, mode) : ToSingle(sum, rest, mode);
    }

    public static float Divide(float a, float b, RoundingMode mode)
    {
        float quotient = a / b;
        return mode == RoundingMode.Nearest || !float.IsFinite(a) || !float.IsFinite(b) || b == 0 || a == 0
            ? quotient
            : BitConverter.UInt32BitsToSingle((uint)DivideBits(a, b, Format.Single, mode));
    }

    public static float Sqrt(float a, RoundingMode mode)
    {
        float root = MathF.Sqrt(a);
        if (mode == RoundingMode.Nearest || !float.IsFinite(root) || root == 0)
        {
            return root;
        }

        double difference = Math.FusedMultiplyAdd(-(double)root, root, a);
        return Step(root, difference, mode);
    }

    public static double Add(double a, double b, RoundingMode mode)
    {
        if (mode == RoundingMode.Nearest || !double.IsFinite(a) || !double.IsFinite(b))
        {
            return a + b;
        }

        return ExactSum.Round(a, 1, b, mode);
    }

    public static double Multiply(double a, double b, RoundingMode mode)
    {
        double product = a * b;
        if (mode == RoundingMode.Nearest || !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0)
        {
            return product;
        }

        (ulong ma, int ea) = Format.Decode(a);
        (ulong mb, int eb) = Format.Decode(b);
        return BitConverter.UInt64BitsToDouble(
            Format.Double.Round(double.IsNegative(a) != double.IsNegative(b), Math.BigMul(ma, mb), ea + eb, false, mode));
    }

    public static double FusedMultiplyAdd(double a, double b, double c, RoundingMode mode) =>
        mode == RoundingMode.Nearest || !double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c)
            ? Math.FusedMultiplyAdd(a, b, c)
            : ExactSum.Round(a, b, c, mode);

    public static double Divide(double a, double b, RoundingMode mode)
    {
        double quotient = a / b;
        return mode == RoundingMode.Nearest || !double.IsFinite(a) || !double.IsFinite(b) || b == 0 || a == 0
            ? quotient
            : BitConverter.UInt64BitsToDouble(DivideBits(a, b, Format.Double, mode));
    }

    public static double Sqrt(double a, RoundingMode mode)
    {
        double root = Math.Sqrt(a);
        if (mode == RoundingMode.Nearest || !double.IsFinite(root) || root == 0)
        {
            return root;
        }

        // Scaled by an even power of two, so that the rest of a small radicand is not lost to underflow.
        double scale = a < 1e-200 ? Math.ScaleB(1, 300) : 1;
        double scaledRoot = root * Math.Sqrt(scale);
        double difference = Math.FusedMultiplyAdd(-scaledRoot, scaledRoot, a * scale);
        return difference switch
        {
            0 => root,
            < 0 => mode is RoundingMode.Down or RoundingMode.Zero ? Math.BitDecrement(root) : root,
            _ => mode == RoundingMode.Up ? Math.BitIncrement(root) : root,
        };
    }

    /// <summary>The double that keeps, in its last bit, whether anything was left: a second rounding then is as good as one.</summary>
    public static double RoundToOdd(double value, double rest)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        if (rest == 0 || (bits & 1) != 0 || value == 0)
        {
            return value == 0 ? rest : value;
        }

        return BitConverter.UInt64BitsToDouble((rest > 0) == (value > 0) ? bits + 1 : bits - 1);
    }

    public static ushort ToHalf(double value, RoundingMode mode) => (ushort)Format.Half.Round(value, mode);

    public static ushort ToBFloat16(double value, RoundingMode mode) => (ushort)Format.BFloat16.Round(value, mode);

    /// <summary>Rounds to 10 bits of fraction, kept in the form of a float.</summary>
    public static uint ToTf32(float value, RoundingMode mode) =>
        float.IsNaN(value) ? 0x7FFFFFFF : (uint)Format.Tf32.Round(value, mode) << 13;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static ulong DivideBits(double a, double b, Format format, RoundingMode mode)
    {
        (ulong ma, int ea) = Format.Decode(a);
        (ulong mb, int eb) = Format.Decode(b);
        int shift = BitOperations.LeadingZeroCount(ma);
        ma <<= shift;
        ea -= shift;
        UInt128 numerator = (UInt128)ma << 64;
        UInt128 quotient = numerator / mb;
        bool sticky = quotient * mb != numerator;
        return format.Round(double.IsNegative(a) != double.IsNegative(b), quotient, ea - 64 - eb, sticky, mode);
    }

    private static float Step(float nearest, double difference, RoundingMode mode) => difference switch
    {
        0 => nearest,
        < 0 => mode is RoundingMode.Down or RoundingMode.Zero ? MathF.BitDecrement(nearest) : nearest,
        _ => mode == RoundingMode.Up ? MathF.BitIncrement(nearest) : nearest,
    };

    private static float TowardsZero(float nearest, double difference, double value, double rest)
    {
        bool positive = value != 0 ? value > 0 : rest > 0;
        return positive
            ? (difference < 0 ? MathF.BitDecrement(nearest) : nearest)
            : (difference > 0 ? MathF.BitIncrement(nearest) : nearest);
    }

    private static float ZeroSum(float a, float b, RoundingMode mode) => (float)ZeroSum((double)a, b, mode);

    private static double ZeroSum(double a, double b, RoundingMode mode) =>
        a == 0 && b == 0 && double.IsNegative(a) == double.IsNegative(b) ? a : mode == RoundingMode.Down ? -0.0 : 0.0;
}
