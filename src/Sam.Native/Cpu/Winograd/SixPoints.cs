using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The input transform of six products at the points 0, 3/4, -3/4, 3/2, -3/2 and infinity, which <see cref="Winograd43"/> and
/// <see cref="Winograd25"/> share.</summary>
/// <remarks>
/// <para>Row p of B' holds the coefficients of M(x) / (x - p), M(x) = x (x^2 - 9/16)(x^2 - 9/4), the last row those of M itself: all exact in
/// single precision.</para>
/// <para>Of all points of few bits these make the smallest rounding error, half of that of the usual 1, -1, 2 and -2: powers of points in A'
/// and their inverses in G stay near 1 together (on the choice of points: Barabasz, Anderson, Soodhalter and Gregg 2020,
/// arXiv:1803.10986).</para>
/// </remarks>
internal static unsafe class SixPoints
{
    /// <summary>The smaller point.</summary>
    public const float A = 0.75f;

    /// <summary>The larger point.</summary>
    public const float B = 1.5f;

    /// <summary>A^2.</summary>
    public const float A2 = A * A;

    /// <summary>B^2.</summary>
    public const float B2 = B * B;

    /// <summary>1 over the product of 0's distances from the other points.</summary>
    public const float FactorOfZero = 64f / 81;

    /// <summary>1 over the product of A's distances from the other points; -A's are the same.</summary>
    public const float FactorOfA = -128f / 243;

    /// <summary>1 over the product of B's distances from the other points; -B's are the same.</summary>
    public const float FactorOfB = 32f / 243;

    /// <summary>to[i * step] = (B' d)[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector>(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector sum = TSimd.Splat(-A2 - B2), product = TSimd.Splat(A2 * B2);
        TSimd.Store(TSimd.FusedMultiplyAdd(product, d0, TSimd.FusedMultiplyAdd(sum, d2, d4)), to);
        to += step;
        Pair<TSimd, TVector>(A, -B2, d1, d2, d3, d4, to, step);
        to += 2 * step;
        Pair<TSimd, TVector>(B, -A2, d1, d2, d3, d4, to, step);
        to += 2 * step;
        TSimd.Store(TSimd.FusedMultiplyAdd(product, d1, TSimd.FusedMultiplyAdd(sum, d3, d5)), to);
    }

    /// <summary>Products of a point and of its negative from the even and the odd half of a polynomial: even + point odd, even - point odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pair<TSimd, TVector>(float point, TVector even, TVector odd, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(point), odd, even), to);
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(-point), odd, even), to + step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TSimd, TVector>(
        float point, float other, TVector d1, TVector d2, TVector d3, TVector d4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector factor = TSimd.Splat(other);
        Pair<TSimd, TVector>(point, TSimd.FusedMultiplyAdd(factor, d2, d4), TSimd.FusedMultiplyAdd(factor, d1, d3), to, step);
    }
}
