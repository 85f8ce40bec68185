using System.Runtime.CompilerServices;
using static Sam.Native.Cpu.SixPoints;

namespace Sam.Native.Cpu;

/// <summary>F(2, 5) at the points of <see cref="SixPoints"/>: 6 products for 2 outputs of 5 taps instead of 10.</summary>
/// <remarks>Row p of A is p^0 and p^1, row p of G is p^0 to p^4 over the product of p's distances from the other points.</remarks>
internal readonly unsafe struct Winograd25 : IWinogradForm
{
    /// <inheritdoc/>
    public static int Outputs => 2;

    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Products => 6;

    /// <inheritdoc/>
    public static int Taps => 5;

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
        Weights<TSimd, TVector>(A, A2, FactorOfA, g0, g1, g2, g3, g4, to, step);
        to += 2 * step;
        Weights<TSimd, TVector>(B, B2, FactorOfB, g0, g1, g2, g3, g4, to, step);
        TSimd.Store(g4, to + (2 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(TSimd.Add(m0, TSimd.Add(TSimd.Add(m1, m2), TSimd.Add(m3, m4))), to);
        TVector odd = TSimd.FusedMultiplyAdd(TSimd.Splat(A), TSimd.Subtract(m1, m2), m5);
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B), TSimd.Subtract(m3, m4), odd), to + step);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread<TSimd, TVector>(TVector y0, TVector y1, TVector y2, TVector y3, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(y0, to);
        Pair<TSimd, TVector>(A, y0, y1, to + step, step);
        Pair<TSimd, TVector>(B, y0, y1, to + (3 * step), step);
        TSimd.Store(y1, to + (5 * step));
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
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2), evenB, TSimd.Multiply(TSimd.Splat(A2), evenA)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2 * B), oddB, TSimd.Multiply(TSimd.Splat(A2 * A), oddA)), to);
        to += step;
        TSimd.Store(TSimd.FusedMultiplyAdd(TSimd.Splat(B2 * B2), evenB, TSimd.FusedMultiplyAdd(TSimd.Splat(A2 * A2), evenA, u5)), to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weights<TSimd, TVector>(
        float point, float square, float factor, TVector g0, TVector g1, TVector g2, TVector g3, TVector g4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector power = TSimd.Splat(square), scale = TSimd.Splat(factor);
        TVector even = TSimd.FusedMultiplyAdd(power, TSimd.FusedMultiplyAdd(power, g4, g2), g0), odd = TSimd.FusedMultiplyAdd(power, g3, g1);
        Pair<TSimd, TVector>(point, TSimd.Multiply(scale, even), TSimd.Multiply(scale, odd), to, step);
    }
}
