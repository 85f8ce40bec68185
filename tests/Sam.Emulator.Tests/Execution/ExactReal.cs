using System.Numerics;

namespace Sam.Emulator.Tests.Execution;

/// <summary>Rounding of exact fractions: the truth that results are held against. Shares nothing with the emulator.</summary>
internal readonly record struct ExactReal(BigInteger Numerator, BigInteger Denominator)
{
    public static ExactReal Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger fraction = bits & 0xFFFFFFFFFFFFF;
        fraction += exponent == 0 ? 0 : 1L << 52;
        int shift = Math.Max(exponent, 1) - 1075;
        BigInteger signed = bits < 0 ? -fraction : fraction;
        return shift >= 0 ? new ExactReal(signed << shift, 1) : new ExactReal(signed, BigInteger.One << -shift);
    }

    public static ExactReal operator +(ExactReal a, ExactReal b) =>
        new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static ExactReal operator -(ExactReal a) => new(-a.Numerator, a.Denominator);

    public static ExactReal operator *(ExactReal a, ExactReal b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static ExactReal operator /(ExactReal a, ExactReal b) => b.Numerator.Sign < 0
        ? new(-a.Numerator * b.Denominator, -a.Denominator * b.Numerator)
        : new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>The bits in a format of p bits of significand and a largest exponent; the mode is rn, rz, rm, rp or rna.</summary>
    public ulong Round(int precision, int maxExponent, string mode, bool negativeZero)
    {
        int width = precision - 1 + (int)Math.Round(Math.Log2(maxExponent + 1)) + 1;
        ulong sign = 1ul << width;
        if (Numerator.IsZero)
        {
            return negativeZero ? sign : 0;
        }

        bool negative = Numerator.Sign < 0;
        BigInteger n = BigInteger.Abs(Numerator);
        int exponent = (int)(n.GetBitLength() - Denominator.GetBitLength());

        // 2^exponent <= n / d must hold.
        if (exponent >= 0 ? n < Denominator << exponent : n << -exponent < Denominator)
        {
            exponent--;
        }

        int unit = Math.Max(exponent, 1 - maxExponent) - (precision - 1);
        BigInteger scaledN = unit < 0 ? n << -unit : n;
        BigInteger scaledD = unit > 0 ? Denominator << unit : Denominator;
        BigInteger quotient = BigInteger.DivRem(scaledN, scaledD, out BigInteger rest);
        int half = (rest * 2).CompareTo(scaledD);
        bool up = mode switch
        {
            "rn" => half > 0 || (half == 0 && !quotient.IsEven),
            "rna" => half >= 0,
            "rp" => !rest.IsZero && !negative,
            "rm" => !rest.IsZero && negative,
            _ => false,
        };
        quotient += up ? 1 : 0;
        if (quotient.GetBitLength() > precision)
        {
            quotient >>= 1;
            unit++;
        }

        int top = unit + precision - 1;
        ulong infinity = (ulong)((2 * maxExponent) + 1) << (precision - 1);
        ulong bits;
        if (top > maxExponent)
        {
            bool outwards = mode is "rn" or "rna" || (mode == "rp" && !negative) || (mode == "rm" && negative);
            bits = outwards ? infinity : infinity - 1;
        }
        else if (quotient.GetBitLength() < precision)
        {
            bits = (ulong)quotient;
        }
        else
        {
            bits = ((ulong)(top + maxExponent) << (precision - 1)) | ((ulong)quotient & ((1ul << (precision - 1)) - 1));
        }

        return negative ? bits | sign : bits;
    }
}
