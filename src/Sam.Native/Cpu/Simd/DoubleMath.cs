namespace Sam.Native.Cpu;

/// <summary>Scalar functions in double that give the same bits on every machine.</summary>
internal static class DoubleMath
{
    private const double Ln2 = 0.6931471805599453;

    /// <summary>Natural logarithm of a positive normal number, relative error below 1e-15; NaN and infinity pass.</summary>
    /// <remarks>x = 2^e m with m in [sqrt(1/2), sqrt(2)), s = (m - 1) / (m + 1), ln x = e ln 2 + 2 (s + s^3/3 + ... + s^21/21).</remarks>
    /// <param name="x">A positive normal number, infinity or NaN.</param>
    /// <returns>ln x.</returns>
    public static double Log(double x)
    {
        if (!(x < double.PositiveInfinity)) return x;
        long bits = BitConverter.DoubleToInt64Bits(x);
        long exponent = (bits - 0x3FE6A09E667F3BCD) >> 52;
        double m = BitConverter.Int64BitsToDouble(bits - (exponent << 52));
        double s = (m - 1) / (m + 1);
        double t = s * s;
        double p = 1.0 / 21;
        p = (p * t) + (1.0 / 19);
        p = (p * t) + (1.0 / 17);
        p = (p * t) + (1.0 / 15);
        p = (p * t) + (1.0 / 13);
        p = (p * t) + (1.0 / 11);
        p = (p * t) + (1.0 / 9);
        p = (p * t) + (1.0 / 7);
        p = (p * t) + (1.0 / 5);
        p = (p * t) + (1.0 / 3);
        return (exponent * Ln2) + (2 * s) + (2 * s * t * p);
    }
}
