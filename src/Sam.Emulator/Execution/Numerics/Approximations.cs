namespace Sam.Emulator.Execution.Numerics;

/// <summary>The approximate functions, computed in double precision and rounded once: within the documented bounds, and the same on every
/// host.</summary>
/// <remarks>Relative errors before the rounding are below 1e-11; PTX allows 2^-22 and more. Sine and cosine reduce the argument with two
/// parts
/// of pi/2, good to single precision up to 2^30 and, as on a device, of little meaning beyond.</remarks>
internal static class Approximations
{
    private const double Ln2 = 0.693147180559945309417;

    public static float Exp2(float x)
    {
        if (float.IsNaN(x))
        {
            return Rounding.CanonicalNaN;
        }

        if (x >= 128)
        {
            return float.PositiveInfinity;
        }

        if (x < -151)
        {
            return 0;
        }

        double whole = Math.Floor(x + 0.5);
        double t = (x - whole) * Ln2;
        double power = ExpSmall(t);
        return (float)(power * BitConverter.Int64BitsToDouble(((long)whole + 1023) << 52));
    }

    public static float Log2(float x)
    {
        if (x < 0 || float.IsNaN(x))
        {
            return Rounding.CanonicalNaN;
        }

        if (x == 0)
        {
            return float.NegativeInfinity;
        }

        if (float.IsInfinity(x))
        {
            return x;
        }

        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & ((1L << 52) - 1)) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }

        // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is at most 0.172.
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double series = 0;
        for (int k = 17; k >= 1; k -= 2)
        {
            series = (series * z) + (1.0 / k);
        }

        return (float)(exponent + (2 * s * series / Ln2));
    }

    public static float Sin(float x) => SinCos(x, 0);

    public static float Cos(float x) => SinCos(x, 1);

    public static float Tanh(float x)
    {
        if (float.IsNaN(x))
        {
            return Rounding.CanonicalNaN;
        }

        double a = Math.Abs((double)x);
        if (a > 20)
        {
            return MathF.CopySign(1, x);
        }

        if (a < 1e-3)
        {
            return (float)(x - ((double)x * x * x / 3));
        }

        double t = -2 * a;
        double whole = Math.Floor((t / Ln2) + 0.5);
        double e = ExpSmall(t - (whole * Ln2)) * BitConverter.Int64BitsToDouble(((long)whole + 1023) << 52);
        return (float)Math.CopySign((1 - e) / (1 + e), x);
    }

    public static float ReciprocalSqrt(float x) => float.IsNaN(x) || x < 0
        ? Rounding.CanonicalNaN
        : x == 0 ? MathF.CopySign(float.PositiveInfinity, x) : (float)(1 / Math.Sqrt(x));

    /// <summary>The reciprocal of which only the upper word is computed, as <c>rcp.approx.ftz.f64</c> does.</summary>
    public static double ReciprocalHigh(double x) => High(1 / FlushHigh(x));

    /// <summary>The reciprocal root of which only the upper word is computed, as <c>rsqrt.approx.ftz.f64</c> does.</summary>
    public static double ReciprocalSqrtHigh(double x)
    {
        x = FlushHigh(x);
        return High(x == 0 ? Math.CopySign(double.PositiveInfinity, x) : 1 / Math.Sqrt(x));
    }

    private static double FlushHigh(double x)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(x) & 0xFFFFFFFF00000000;
        return (bits & 0x7FF0000000000000) == 0 ? BitConverter.UInt64BitsToDouble(bits & (1ul << 63)) : double.IsNaN(x) ? x
            : BitConverter.UInt64BitsToDouble(bits);
    }

    private static double High(double x)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(x) & 0xFFFFFFFF00000000;
        return (bits & 0x7FF0000000000000) == 0 ? BitConverter.UInt64BitsToDouble(bits & (1ul << 63))
            : BitConverter.UInt64BitsToDouble(double.IsNaN(x) ? 0x7FFFFFFF00000000 : bits);
    }

    /// <summary>e^t for |t| of at most 0.35.</summary>
    private static double ExpSmall(double t)
    {
        double sum = 1.0 / 479001600;
        double factorial = 39916800;
        for (int k = 11; k >= 1; k--)
        {
            sum = (sum * t) + (1.0 / factorial);
            factorial /= k;
        }

        return (sum * t) + 1;
    }

    private static float SinCos(float x, int quarter)
    {
        if (!float.IsFinite(x))
        {
            return Rounding.CanonicalNaN;
        }

        // Beyond 2^30 the reduction would run out of bits; the result there is any point of the circle.
        double angle = Math.Abs(x) < 1 << 30 ? x : Math.IEEERemainder(x, 6.283185307179586);
        double turns = Math.Floor((angle * 0.63661977236758134308) + 0.5);
        double r = Math.FusedMultiplyAdd(-turns, 1.5707963267948966, angle);
        r = Math.FusedMultiplyAdd(-turns, 6.123233995736766e-17, r);
        long quadrant = (long)Math.IEEERemainder(turns, 4) + quarter;
        double z = r * r;
        double value;
        if ((quadrant & 1) == 0)
        {
            value = r * (1 + (z * (-1.0 / 6
                + (z * (1.0 / 120 + (z * (-1.0 / 5040 + (z * (1.0 / 362880 + (z * (-1.0 / 39916800 + (z / 6227020800.0))))))))))));
        }
        else
        {
            value = 1 + (z * (-0.5 + (z * (1.0 / 24
                + (z * (-1.0 / 720 + (z * (1.0 / 40320 + (z * (-1.0 / 3628800 + (z / 479001600.0)))))))))));
        }

        return (float)((quadrant & 2) == 0 ? value : -value);
    }
}
