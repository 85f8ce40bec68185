using System.Runtime.CompilerServices;
using static Sam.Native.Cpu.SixPoints;

namespace Sam.Native.Cpu;

/// <summary>F(4, 3) at the points of <see cref="SixPoints"/>: 6 products for 4 outputs of 3 taps instead of 12.</summary>
/// <remarks>Row p of A is p^0 to p^3, row p of G is (1, p, p^2) over the product of p's distances from the other points.</remarks>
internal readonly unsafe struct Winograd43 : IWinogradForm
{
    /// <inheritdoc/>
    public static int Outputs => 4;

    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Products => 6;

    /// <inheritdoc/>
    public static int Taps => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector>(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => SixPoints.Input<TSimd, TVector>(d0, d1, d2, d3, d4, d5, to, step);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(TVector g0, TVector g1, TVector g2, TVector g3, TVector g4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(TSimd.Multiply(TSimd.Splat(FactorOfZero), g0), to);
        to += step;
        TVector factor = TSimd.Splat(FactorOfA);
        TVector even = TSimd.FusedMultiplyAdd(TSimd.Splat(A2), g2, g0);
        Pair<TSimd, TVector>(A, TSimd.Multiply(factor, even), TSimd.Multiply(factor, g1), to, step);
        to += 2 * step;
        factor = TSimd.Splat(FactorOfB);
        even = TSimd.FusedMultiplyAdd(TSimd.Splat(B2), g2, g0);
        Pair<TSimd, TVector>(B, TSimd.Multiply(factor, even), TSimd.Multiply(factor, g1), to, step);
        TSimd.Store(g2, to + (2 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector sumA = TSimd.Add(m1, m2), oddA = TSimd.Subtract(m1, m2), sumB = TSimd.Add(m3, m4), oddB = TSimd.Subtract(m3, m4);
        TSimd.Store(TSimd.Add(m0, TSimd.Add(sumA, sumB)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B), oddB, TSimd.Multiply(TSimd.Splat(A), oddA)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2), sumB, TSimd.Multiply(TSimd.Splat(A2), sumA)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2 * B), oddB, TSimd.FusedMultiplyAdd(TSimd.Splat(A2 * A), oddA, m5)), to);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread<TSimd, TVector>(TVector y0, TVector y1, TVector y2, TVector y3, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(y0, to);
        to += step;
        TVector square = TSimd.Splat(A2);
        Pair<TSimd, TVector>(A, TSimd.FusedMultiplyAdd(square, y2, y0), TSimd.FusedMultiplyAdd(square, y3, y1), to, step);
        to += 2 * step;
        square = TSimd.Splat(B2);
        Pair<TSimd, TVector>(B, TSimd.FusedMultiplyAdd(square, y2, y0), TSimd.FusedMultiplyAdd(square, y3, y1), to, step);
        TSimd.Store(y3, to + (2 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fold<TSimd, TVector>(
        TVector u0, TVector u1, TVector u2, TVector u3, TVector u4, TVector u5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector factor = TSimd.Splat(FactorOfA);
        TVector evenA = TSimd.Multiply(factor, TSimd.Add(u1, u2)), oddA = TSimd.Multiply(factor, TSimd.Subtract(u1, u2));
        factor = TSimd.Splat(FactorOfB);
        TVector evenB = TSimd.Multiply(factor, TSimd.Add(u3, u4)), oddB = TSimd.Multiply(factor, TSimd.Subtract(u3, u4));
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(FactorOfZero), u0, TSimd.Add(evenA, evenB)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B), oddB, TSimd.Multiply(TSimd.Splat(A), oddA)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2), evenB, TSimd.FusedMultiplyAdd(TSimd.Splat(A2), evenA, u5)), to);
    }
}
