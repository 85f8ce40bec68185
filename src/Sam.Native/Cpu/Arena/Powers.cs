using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Powers of numbers in [0, 1].</summary>
internal static class Powers
{
    private const int MostHalves = 64;

    /// <summary>Twice the exponent where that is a small integer, so that products and a root do instead of a logarithm; else 0.</summary>
    /// <param name="exponent">Above 0.</param>
    /// <returns>1 to 64, or 0.</returns>
    public static int Halves(
        double exponent) => exponent * 2 == Math.Floor(exponent * 2) && exponent * 2 is >= 1 and <= MostHalves ? (int)(exponent * 2) : 0;

    /// <summary>u^exponent: by squaring where twice the exponent is a small integer, else exp(exponent log u).</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="u">In [0, 1].</param>
    /// <param name="halves">From <see cref="Halves"/>.</param>
    /// <param name="exponent">The exponent in every lane.</param>
    /// <returns>The power; 0 for 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Power<TV>(TV u, int halves, TV exponent)
        where TV : unmanaged, ILanes<TV>
    {
        if (halves == 0) return VectorMath.Exp(exponent * VectorMath.Log(u));
        TV result = (halves & 1) != 0 ? TV.Sqrt(u) : TV.Splat(1f);
        for (int n = halves >> 1; n > 0; n >>= 1)
        {
            if ((n & 1) != 0) result *= u;
            u *= u;
        }

        return result;
    }
}
