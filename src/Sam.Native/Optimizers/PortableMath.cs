namespace Sam.Native;

/// <summary>Elementary functions in double, made of operations that every machine rounds alike, for numbers that enter the
/// weights.</summary>
/// <remarks>Relative error below 1e-15; the platform's own differ in the last bits between machines.</remarks>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309;

    /// <summary>x^n by repeated squaring.</summary>
    /// <param name="x">The base.</param>
    /// <param name="n">The exponent, at least 0.</param>
    /// <returns>The power.</returns>
    public static double Power(double x, long n)
    {
        double result = 1;
        for (; n > 0; n >>= 1)
        {
            if ((n & 1) != 0)
            {
                result *= x;
            }

            x *= x;
        }

        return result;
    }

    /// <summary>x^y for x above 0.</summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    /// <returns>The power.</returns>
    public static double Power(double x, double y) => Exp(y * Log(x));

    /// <summary>Natural logarithm: x = 2^e m with m in [sqrt(1/2), sqrt(2)), ln x = e ln 2 + 2 artanh((m - 1) / (m + 1)).</summary>
    /// <param name="x">Above 0 and finite.</param>
    /// <returns>ln x.</returns>
    public static double Log(double x)
    {
        int exponent = Math.ILogB(x);
        double m = Math.ScaleB(x, -exponent);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }

        double z = (m - 1) / (m + 1);
        double square = z * z;
        double sum = 0;
        for (int k = 21; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * Ln2) + (2 * z * sum);
    }

    /// <summary>e^x: x = n ln 2 + r, e^x = 2^n times the series of e^r.</summary>
    /// <param name="x">Any finite value; far ends give 0 and infinity.</param>
    /// <returns>e^x.</returns>
    public static double Exp(double x)
    {
        double n = Math.Round(Math.Clamp(x / Ln2, -2000, 2000));
        double r = x - (n * Ln2);
        double sum = 1;
        for (int k = 18; k >= 1; k--)
        {
            sum = 1 + (sum * r / k);
        }

        return Math.ScaleB(sum, (int)n);
    }

    /// <summary>cos(pi x) for x in [0, 1].</summary>
    /// <param name="x">Half turns.</param>
    /// <returns>The cosine; exactly 1, 0 and -1 at 0, 1/2 and 1.</returns>
    public static double CosPi(double x)
    {
        if (x > 0.5)
        {
            return -CosPi(1 - x);
        }

        if (x == 0.5)
        {
            return 0;
        }

        double square = x * x * (Math.PI * Math.PI);
        double sum = 1;
        for (int k = 24; k >= 2; k -= 2)
        {
            sum = 1 - (sum * square / (k * (k - 1)));
        }

        return sum;
    }
}
