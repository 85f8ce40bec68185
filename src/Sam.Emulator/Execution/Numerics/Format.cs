namespace Sam.Emulator.Execution.Numerics;

/// <summary>A binary floating-point format: an implied leading one, subnormals, infinities and NaN.</summary>
/// <param name="Precision">Bits of the significand, the implied one included.</param>
/// <param name="MaxExponent">The exponent of the largest power of two; the smallest normal one has exponent 1 - MaxExponent.</param>
internal readonly record struct Format(int Precision, int MaxExponent)
{
    public static Format Half => new(11, 15);

    public static Format BFloat16 => new(8, 127);

    public static Format Tf32 => new(11, 127);

    public static Format Single => new(24, 127);

    public static Format Double => new(53, 1023);

    /// <summary>The place of the sign bit.</summary>
    public int SignShift => Precision - 1 + System.Numerics.BitOperations.Log2((uint)MaxExponent + 1) + 1;

    /// <summary>The bits of plus infinity.</summary>
    public ulong Infinity => (ulong)((2 * MaxExponent) + 1) << (Precision - 1);

    /// <summary>Rounds significand * 2^exponent (plus less than one unit of it when <paramref name="sticky"/>) once, to the bits of the
    /// format.</summary>
    public ulong Round(bool negative, UInt128 significand, int exponent, bool sticky, RoundingMode mode)
    {
        ulong sign = negative ? 1ul << SignShift : 0;
        if (significand == UInt128.Zero)
        {
            if (!sticky)
            {
                return sign;
            }

            significand = UInt128.One;
            exponent -= 2;
        }

        int bits = 128 - (int)UInt128.LeadingZeroCount(significand);
        int top = exponent + bits - 1;
        int minExponent = 1 - MaxExponent;
        int lowest = Math.Max(top, minExponent) - (Precision - 1);
        int drop = lowest - exponent;
        UInt128 kept;
        int rest;
        if (drop <= 0)
        {
            kept = significand << -drop;
            rest = sticky ? 1 : 0;
        }
        else if (drop > 127)
        {
            kept = UInt128.Zero;
            rest = 1;
        }
        else
        {
            kept = significand >> drop;
            UInt128 low = significand & ((UInt128.One << drop) - UInt128.One);
            UInt128 half = UInt128.One << (drop - 1);
            rest = low == UInt128.Zero ? (sticky ? 1 : 0) : low < half ? 1 : low > half || sticky ? 3 : 2;
        }

        bool up = mode switch
        {
            RoundingMode.Nearest => rest == 3 || (rest == 2 && (kept & UInt128.One) != UInt128.Zero),
            RoundingMode.NearestAway => rest >= 2,
            RoundingMode.Up => rest != 0 && !negative,
            RoundingMode.Down => rest != 0 && negative,
            _ => false,
        };
        ulong value = (ulong)kept + (up ? 1u : 0u);

        // With the implied one added in, a carry moves into the exponent by itself.
        ulong encoded = top < minExponent ? value : value + ((ulong)(lowest + Precision - 1 + MaxExponent - 1) << (Precision - 1));
        if (encoded >= Infinity)
        {
            bool toInfinity = mode is RoundingMode.Nearest or RoundingMode.NearestAway
                || (mode == RoundingMode.Up && !negative) || (mode == RoundingMode.Down && negative);
            encoded = toInfinity ? Infinity : Infinity - 1;
        }

        return sign | encoded;
    }

    /// <summary>Rounds a double once. NaN becomes the quiet NaN with all bits set below the sign.</summary>
    public ulong Round(double value, RoundingMode mode)
    {
        if (double.IsNaN(value))
        {
            return (1ul << SignShift) - 1;
        }

        bool negative = double.IsNegative(value);
        if (double.IsInfinity(value))
        {
            return (negative ? 1ul << SignShift : 0) | Infinity;
        }

        (ulong significand, int exponent) = Decode(value);
        return Round(negative, significand, exponent, false, mode);
    }

    /// <summary>Takes a finite double apart: |value| = significand * 2^exponent.</summary>
    public static (ulong Significand, int Exponent) Decode(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int biased = (int)(bits >> 52) & 0x7FF;
        ulong fraction = bits & ((1ul << 52) - 1);
        return biased == 0 ? (fraction, -1074) : (fraction | (1ul << 52), biased - 1075);
    }
}
