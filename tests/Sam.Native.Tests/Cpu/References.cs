namespace Sam.Native.Tests.Cpu;

/// <summary>Functions in double, for tests to compare with, and the inputs to compare at.</summary>
internal static class References
{
    /// <summary>Zeros, ends of the ranges, infinities and NaN.</summary>
    public static readonly float[] Specials =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1.17549421e-38f, -1.17549421e-38f, 1.17549435e-38f, -1.17549435e-38f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.72283f, 88.72284f, -87.33654f,
        -103.972084f, -103.97209f, -104f, 89f, 0.625f, 0.85f, 9.01f, 9.02f, 3.91f, 3.92f, 4f, 0.70710677f, 1.4142135f,
    ];

    /// <summary>erf from its Maclaurin series below 2.5 and from a continued fraction of erfc above; relative error below 1e-13.</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a > 6) return Math.Sign(x);
        if (a < 2.5)
        {
            // erf x = 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!: all terms have one sign.
            double term = a;
            double sum = a;
            for (int n = 1; n < 200 && term > sum * 1e-18; n++)
            {
                term *= 2 * a * a / ((2 * n) + 1);
                sum += term;
            }

            return Math.Sign(x) * 2 / Math.Sqrt(Math.PI) * Math.Exp(-a * a) * sum;
        }

        double fraction = a;
        for (int n = 200; n >= 1; n--) fraction = a + (n / 2.0 / fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / fraction / Math.Sqrt(Math.PI)));
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>The distance of two neighbouring floats at the size of a value.</summary>
    public static double Ulp(double value)
    {
        double magnitude = Math.Abs(value);
        return magnitude < 1.1754943508222875e-38 ? Math.ScaleB(1, -149) : Math.ScaleB(1, Math.ILogB(magnitude) - 23);
    }

    /// <summary>Every exponent and sign with its first and last mantissas and random ones, the specials, and a dense grid of [-110,
    /// 110].</summary>
    public static float[] AllExponents(int mantissas)
    {
        Random random = new(20261);
        List<float> values = [.. Specials];
        for (int exponent = 0; exponent < 256; exponent++)
        {
            for (int i = 0; i < mantissas; i++)
            {
                int mantissa = i switch { 0 => 0, 1 => 1, 2 => 0x7FFFFF, _ => random.Next(1 << 23) };
                values.Add(BitConverter.Int32BitsToSingle((exponent << 23) | mantissa));
                values.Add(BitConverter.UInt32BitsToSingle(0x80000000u | (uint)((exponent << 23) | mantissa)));
            }
        }

        for (int i = 0; i < 100_000; i++) values.Add((random.NextSingle() - 0.5f) * 220f);
        for (int i = 0; i < 50_000; i++) values.Add((random.NextSingle() - 0.5f) * 10f);
        for (int i = 0; i < 50_000; i++) values.Add(1f + ((random.NextSingle() - 0.5f) * 0.9f));
        return [.. values];
    }
}
