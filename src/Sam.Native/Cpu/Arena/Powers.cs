using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Powers of numbers in [0, 1], the same bits on every machine.</summary>
internal static class Powers
{
    private const int MostHalves = 64;

    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
    private const float RoundingBias = 12582912f;

    /// <summary>Twice the exponent where that is a small integer, so that products and a root do instead of a logarithm; else 0.</summary>
    /// <param name="exponent">Above 0.</param>
    /// <returns>1 to 64, or 0.</returns>
    public static int Halves(
        double exponent) => exponent * 2 == Math.Floor(exponent * 2) && exponent * 2 is >= 1 and <= MostHalves ? (int)(exponent * 2) : 0;

    /// <summary>A way to compute a power, chosen once for a pass.</summary>
    public interface IPower
    {
        /// <summary>u^exponent; 0 for 0.</summary>
        /// <typeparam name="TV">The lanes.</typeparam>
        /// <param name="u">In [0, 1].</param>
        /// <param name="halves">From <see cref="Powers.Halves"/>.</param>
        /// <param name="exponent">The exponent in every lane.</param>
        static abstract TV Of<TV>(TV u, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV>;
    }

    /// <summary>u^(1/2): p = 3 in the perturbation.</summary>
    public readonly struct Root : IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Of<TV>(TV u, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> => TV.Sqrt(u);
    }

    /// <summary>u^(3/2): p = 3 in the norm.</summary>
    public readonly struct ThreeHalves : IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Of<TV>(TV u, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> => TV.Sqrt(u) * u;
    }

    /// <summary>Small multiples of 1/2, by a root and squaring.</summary>
    public readonly struct Squarings : IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Of<TV>(TV u, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV>
        {
            TV result = (halves & 1) != 0 ? TV.Sqrt(u) : TV.Splat(1f);
            for (int n = halves >> 1; n > 0; n >>= 1)
            {
                if ((n & 1) != 0) result *= u;
                u *= u;
            }

            return result;
        }
    }

    /// <summary>Any exponent: 2^(exponent log2 u).</summary>
    /// <remarks>Relative error at most (2 + exponent (2 + |log2 u|)) 2^-23; powers below 2^-126 are 0. Logarithm and exponential have no cases
    /// for what cannot come here, which makes the pair half as long as that of <see cref="VectorMath"/>. The polynomials are Chebyshev
    /// fits, of log2(1 + f) / f on [sqrt(1/2) - 1, sqrt(2) - 1] to 5e-8 and of (2^r - 1) / r on [-1/2, 1/2] to 8e-9.</remarks>
    public readonly struct Any : IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Of<TV>(TV u, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV>
        {
            TV subnormal = TV.Less(u, TV.Splat(1.17549435e-38f));
            TV scaled = TV.Select(subnormal, u * TV.Splat(8388608f), u);
            TV offset = TV.SubtractBits(scaled, TV.SplatBits(0x3F3504F3));
            TV whole = TV.ShiftRightArithmetic(offset, 23);
            TV f = TV.SubtractBits(scaled, TV.ShiftLeft(whole, 23)) - TV.Splat(1f);
            TV e = TV.ConvertToSingle(whole) - (subnormal & TV.Splat(23f));
            TV p = TV.Splat(0.12310968339443207f);
            p = TV.Fma(p, f, TV.Splat(-0.2058618813753128f));
            p = TV.Fma(p, f, TV.Splat(0.21607822179794312f));
            p = TV.Fma(p, f, TV.Splat(-0.2391698807477951f));
            p = TV.Fma(p, f, TV.Splat(0.2879032492637634f));
            p = TV.Fma(p, f, TV.Splat(-0.3606932759284973f));
            p = TV.Fma(p, f, TV.Splat(0.4809107482433319f));
            p = TV.Fma(p, f, TV.Splat(-0.721347451210022f));
            p = TV.Fma(p, f, TV.Splat(1.4426950216293335f));
            TV y = exponent * TV.Fma(f, p, e);

            TV bias = TV.Splat(RoundingBias);
            TV shifted = y + bias;
            TV r = y - (shifted - bias);
            TV q = TV.Splat(0.00015453163359779865f);
            q = TV.Fma(q, r, TV.Splat(0.0013390863314270973f));
            q = TV.Fma(q, r, TV.Splat(0.009618083015084267f));
            q = TV.Fma(q, r, TV.Splat(0.055503569543361664f));
            q = TV.Fma(q, r, TV.Splat(0.24022650718688965f));
            q = TV.Fma(q, r, TV.Splat(0.6931471824645996f));
            TV power = TV.AddBits(TV.Fma(q, r, TV.Splat(1f)), TV.ShiftLeft(TV.SubtractBits(shifted, bias), 23));
            TV nothing = TV.Less(y, TV.Splat(-126f)) | TV.Equal(u, TV.Splat(0f));
            return TV.Select(nothing, TV.Splat(0f), power);
        }
    }
}
