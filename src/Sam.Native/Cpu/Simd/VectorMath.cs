using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>exp, log, tanh, erf and their kin over sixteen lanes: our own code, the same bits on every machine.</summary>
/// <remarks>
/// Error bounds are in units of the last place (ulp) of the true value, subnormal results included, and are tested at every exponent.
/// The largest errors seen for 5e-10 &lt; |x| &lt; 112 were: exp 0.996 (every float there), log 0.85, tanh 1.31, sigmoid 2.34 (every fifth),
/// erf 1.03 (every 61st). The
/// polynomials are minimax fits (Remez, weighted to the relative error of the result), their coefficients rounded to float.
/// NaN gives NaN. Infinities, zeros and overflow give what the function's limit is.
/// </remarks>
internal static class VectorMath
{
    private const float Log2E = 1.44269502f;
    private const float Ln2 = 0.693147182f;
    private const float Ln2Rest = -1.90465421e-9f;

    // 15 bits of ln 2, so that e * Ln2High is exact for every exponent e, and the rest.
    private const float Ln2High = 0.693145752f;
    private const float Ln2Low = 1.42860677e-6f;

    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
    private const float RoundingBias = 12582912f;

    /// <summary>e^x, error below 1 ulp.</summary>
    /// <remarks>n = round(x / ln 2), r = x - n ln 2, e^x = 2^n (1 + r + r^2 q(r)); the scale is applied in two steps so that subnormal
    /// results are rounded once. x above 88.72 gives infinity, x below -103.97 gives zero.</remarks>
    /// <param name="x">Any value.</param>
    /// <returns>e^x per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Exp<TV>(TV x)
        where TV : unmanaged, ILanes<TV>
    {
        TV high = TV.Splat(89f);
        TV low = TV.Splat(-104f);
        x = TV.Select(TV.Less(high, x), high, x);
        x = TV.Select(TV.Less(x, low), low, x);
        TV p = ReducedExp(x, out TV n);
        TV half = TV.ShiftRightArithmetic(n, 1);
        return p * PowerOfTwo(half) * PowerOfTwo(TV.SubtractBits(n, half));
    }

    /// <summary>e^x for x in [-87.3, 88.3] or NaN, error below 1 ulp: what <see cref="Exp{TV}"/> gives there, for less.</summary>
    /// <param name="x">A value whose exponential is a normal float, or NaN.</param>
    /// <returns>e^x per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV ExpNormal<TV>(TV x)
        where TV : unmanaged, ILanes<TV> => ReducedExp(x, out TV n) * PowerOfTwo(n);

    /// <summary>Natural logarithm, error below 1 ulp. Zero of either sign gives -infinity, negative values NaN.</summary>
    /// <remarks>x = 2^e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, ln x = e ln 2 + f - f^2/2 + f^3 p(f).</remarks>
    /// <param name="x">Any value.</param>
    /// <returns>ln x per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Log<TV>(TV x)
        where TV : unmanaged, ILanes<TV>
    {
        TV zero = TV.Splat(0f);
        TV infinity = TV.Splat(float.PositiveInfinity);
        TV subnormal = TV.Less(x, TV.Splat(1.17549435e-38f));
        TV scaled = TV.Select(subnormal, x * TV.Splat(8388608f), x);
        TV offset = TV.SubtractBits(scaled, TV.SplatBits(0x3F3504F3));
        TV exponent = TV.ShiftRightArithmetic(offset, 23);
        TV f = TV.SubtractBits(scaled, TV.ShiftLeft(exponent, 23)) - TV.Splat(1f);
        TV e = TV.ConvertToSingle(exponent) - TV.Select(subnormal, TV.Splat(23f), zero);

        TV p = TV.Splat(0.0674773231f);
        p = TV.Fma(p, f, TV.Splat(-0.116775163f));
        p = TV.Fma(p, f, TV.Splat(0.118886963f));
        p = TV.Fma(p, f, TV.Splat(-0.124053396f));
        p = TV.Fma(p, f, TV.Splat(0.142194524f));
        p = TV.Fma(p, f, TV.Splat(-0.166680053f));
        p = TV.Fma(p, f, TV.Splat(0.200021237f));
        p = TV.Fma(p, f, TV.Splat(-0.250000089f));
        p = TV.Fma(p, f, TV.Splat(0.333333135f));
        p = TV.Fma(p, f, TV.Splat(-0.5f));
        TV result = TV.Fma(e, TV.Splat(Ln2High), f + TV.Fma(f * f, p, e * TV.Splat(Ln2Low)));

        result = TV.Select(TV.Less(x, infinity), result, x);
        result = TV.Select(TV.Equal(x, zero), TV.Splat(float.NegativeInfinity), result);
        return TV.Select(TV.Less(x, zero), TV.Splat(float.NaN), result);
    }

    /// <summary>Hyperbolic tangent, error below 2 ulp; odd, so -0 gives -0.</summary>
    /// <remarks>x + x^3 p(x^2) for |x| below 0.625, else sign(x) (1 - 2 / (e^(2|x|) + 1)), which is 1 from |x| = 9.02 on.</remarks>
    /// <param name="x">Any value.</param>
    /// <returns>tanh x per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Tanh<TV>(TV x)
        where TV : unmanaged, ILanes<TV>
    {
        TV one = TV.Splat(1f);
        TV limit = TV.Splat(10f);
        TV a = TV.Abs(x);
        TV t = a * a;
        TV p = TV.Splat(0.00214296207f);
        p = TV.Fma(p, t, TV.Splat(-0.0081773987f));
        p = TV.Fma(p, t, TV.Splat(0.0217007026f));
        p = TV.Fma(p, t, TV.Splat(-0.0539467633f));
        p = TV.Fma(p, t, TV.Splat(0.133332059f));
        p = TV.Fma(p, t, TV.Splat(-0.333333313f));
        TV small = TV.Fma(p * t, a, a);

        TV clamped = TV.Select(TV.Less(limit, a), limit, a);
        TV large = one - (TV.Splat(2f) / (ExpNormal(clamped + clamped) + one));
        return CopySign(TV.Select(TV.Less(a, TV.Splat(0.625f)), small, large), x);
    }

    /// <summary>The error function 2/sqrt(pi) integral of e^(-t^2) from 0 to x, error below 2 ulp; odd, so -0 gives -0.</summary>
    /// <remarks>x + x p(x^2) for |x| below 0.85, else sign(x) (1 - e^q(|x|)) with q = ln erfc, which is 1 from |x| = 3.92 on.</remarks>
    /// <param name="x">Any value.</param>
    /// <returns>erf x per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Erf<TV>(TV x)
        where TV : unmanaged, ILanes<TV>
    {
        TV limit = TV.Splat(4f);
        TV a = TV.Abs(x);
        TV t = a * a;
        TV p = TV.Splat(8.83625689e-05f);
        p = TV.Fma(p, t, TV.Splat(-0.000824429153f));
        p = TV.Fma(p, t, TV.Splat(0.0052092988f));
        p = TV.Fma(p, t, TV.Splat(-0.0268624816f));
        p = TV.Fma(p, t, TV.Splat(0.112837471f));
        p = TV.Fma(p, t, TV.Splat(-0.376126379f));
        p = TV.Fma(p, t, TV.Splat(0.128379166f));
        TV small = TV.Fma(p, a, a);

        TV u = TV.Select(TV.Less(limit, a), limit, a) - TV.Splat(1f);
        TV q = TV.Splat(0.000203781921f);
        q = TV.Fma(q, u, TV.Splat(-0.00189615926f));
        q = TV.Fma(q, u, TV.Splat(0.00998535659f));
        q = TV.Fma(q, u, TV.Splat(-0.041554898f));
        q = TV.Fma(q, u, TV.Splat(-0.843105793f));
        q = TV.Fma(q, u, TV.Splat(-2.63896775f));
        q = TV.Fma(q, u, TV.Splat(-1.84960556f));
        TV large = TV.Splat(1f) - ExpNormal(q);
        return CopySign(TV.Select(TV.Less(a, TV.Splat(0.85f)), small, large), x);
    }

    /// <summary>1 / (1 + e^-x), error below 3 ulp, subnormal results included.</summary>
    /// <param name="x">Any value.</param>
    /// <param name="complement">1 - sigmoid(x) = sigmoid(-x), to the same accuracy.</param>
    /// <returns>The logistic function per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Sigmoid<TV>(TV x, out TV complement)
        where TV : unmanaged, ILanes<TV>
    {
        TV one = TV.Splat(1f);
        TV e = Exp(-TV.Abs(x));
        TV sum = one + e;
        TV larger = one / sum;
        TV smaller = e / sum;
        TV negative = TV.Less(x, TV.Splat(0f));
        complement = TV.Select(negative, larger, smaller);
        return TV.Select(negative, smaller, larger);
    }

    /// <summary>Sine and cosine of 2 pi turns for turns in [0, 1), absolute error below 2^-23.</summary>
    /// <remarks>4 turns = quadrant + f with f in [-1/2, 1/2], exactly; polynomials in f^2; the quadrant swaps and negates.</remarks>
    /// <param name="turns">The angle in full turns, in [0, 1).</param>
    /// <param name="cosine">cos(2 pi turns) per lane.</param>
    /// <returns>sin(2 pi turns) per lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV SinCosTurns<TV>(TV turns, out TV cosine)
        where TV : unmanaged, ILanes<TV>
    {
        TV quarters = turns * TV.Splat(4f);
        TV bias = TV.Splat(RoundingBias);
        TV shifted = quarters + bias;
        TV f = quarters - (shifted - bias);
        TV t = f * f;
        TV s = TV.Splat(0.000158195078f);
        s = TV.Fma(s, t, TV.Splat(-0.00468126079f));
        s = TV.Fma(s, t, TV.Splat(0.0796925798f));
        s = TV.Fma(s, t, TV.Splat(-0.645964086f));
        s = TV.Fma(s, t, TV.Splat(1.57079637f)) * f;
        TV c = TV.Splat(0.000903631677f);
        c = TV.Fma(c, t, TV.Splat(-0.0208600722f));
        c = TV.Fma(c, t, TV.Splat(0.253669202f));
        c = TV.Fma(c, t, TV.Splat(-1.23370051f));
        c = TV.Fma(c, t, TV.Splat(1f));

        // Bit 0 of the quadrant swaps; the sine is negative in quadrants 2 and 3, the cosine in 1 and 2.
        TV one = TV.SplatBits(1);
        TV swap = TV.SubtractBits(TV.SplatBits(0), shifted & one);
        TV sineSign = TV.ShiftLeft(TV.ShiftRightLogical(shifted, 1) & one, 31);
        TV cosineSign = TV.ShiftLeft(TV.ShiftRightLogical(TV.AddBits(shifted, one), 1) & one, 31);
        cosine = TV.Select(swap, s, c) ^ cosineSign;
        return TV.Select(swap, c, s) ^ sineSign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV ReducedExp<TV>(TV x, out TV n)
        where TV : unmanaged, ILanes<TV>
    {
        TV bias = TV.Splat(RoundingBias);
        TV shifted = TV.Fma(x, TV.Splat(Log2E), bias);
        TV whole = shifted - bias;
        n = TV.SubtractBits(shifted, bias);
        TV r = TV.Fma(whole, TV.Splat(-Ln2), x);
        r = TV.Fma(whole, TV.Splat(-Ln2Rest), r);
        TV q = TV.Splat(0.00019907704f);
        q = TV.Fma(q, r, TV.Splat(0.00139486999f));
        q = TV.Fma(q, r, TV.Splat(0.00833328627f));
        q = TV.Fma(q, r, TV.Splat(0.0416662395f));
        q = TV.Fma(q, r, TV.Splat(0.166666672f));
        q = TV.Fma(q, r, TV.Splat(0.5f));
        return TV.Splat(1f) + TV.Fma(q, r * r, r);
    }

    // 2^n for n in [-126, 127] from the integer bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV PowerOfTwo<TV>(TV n)
        where TV : unmanaged, ILanes<TV> => TV.ShiftLeft(TV.AddBits(n, TV.SplatBits(127)), 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV CopySign<TV>(TV magnitude, TV sign)
        where TV : unmanaged, ILanes<TV> => magnitude | (sign & TV.SplatBits(unchecked((int)0x80000000)));
}
