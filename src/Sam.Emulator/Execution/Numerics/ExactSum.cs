using System.Numerics;

namespace Sam.Emulator.Execution.Numerics;

/// <summary>a * b + c of finite doubles without any rounding but the last.</summary>
internal static class ExactSum
{
    /// <summary>Rounds the exact value of a * b + c.</summary>
    public static double Round(double a, double b, double c, RoundingMode mode)
    {
        (BigInteger product, int productExponent) = Exact(a, b);
        (BigInteger addend, int addendExponent) = Exact(c, 1);
        int exponent = Math.Min(productExponent, addendExponent);
        BigInteger sum = (product << (productExponent - exponent)) + (addend << (addendExponent - exponent));
        if (sum.IsZero)
        {
            bool negativeProduct = double.IsNegative(a) != double.IsNegative(b);
            bool bothZero = product.IsZero && addend.IsZero && negativeProduct == double.IsNegative(c);
            return (bothZero ? negativeProduct : mode == RoundingMode.Down) ? -0.0 : 0.0;
        }

        return BitConverter.UInt64BitsToDouble(Round(sum, exponent, Format.Double, mode));
    }

    /// <summary>Rounds integer * 2^exponent to the bits of a format.</summary>
    public static ulong Round(BigInteger value, int exponent, Format format, RoundingMode mode)
    {
        bool negative = value.Sign < 0;
        BigInteger magnitude = BigInteger.Abs(value);
        int excess = (int)magnitude.GetBitLength() - 120;
        bool sticky = false;
        if (excess > 0)
        {
            BigInteger kept = magnitude >> excess;
            sticky = kept << excess != magnitude;
            magnitude = kept;
            exponent += excess;
        }

        return format.Round(negative, (UInt128)magnitude, exponent, sticky, mode);
    }

    private static (BigInteger Value, int Exponent) Exact(double a, double b)
    {
        (ulong ma, int ea) = Format.Decode(a);
        (ulong mb, int eb) = Format.Decode(b);
        BigInteger value = (BigInteger)ma * mb;
        return (double.IsNegative(a) != double.IsNegative(b) ? -value : value, ea + eb);
    }
}
