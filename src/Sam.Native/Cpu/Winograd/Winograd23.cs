using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>F(2, 3) at the points 0, 1, -1 and infinity: 4 products for 2 outputs of 3 taps instead of 6 (Lavin and Gray 2016,
/// arXiv:1509.09308, section 4.1).</summary>
internal readonly unsafe struct Winograd23 : IWinogradForm
{
    /// <inheritdoc/>
    public static int Outputs => 2;

    /// <inheritdoc/>
    public static int Inputs => 4;

    /// <inheritdoc/>
    public static int Products => 4;

    /// <inheritdoc/>
    public static int Taps => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector>(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(TSimd.Subtract(d0, d2), to);
        TSimd.Store(TSimd.Add(d1, d2), to + step);
        TSimd.Store(TSimd.Subtract(d2, d1), to + (2 * step));
        TSimd.Store(TSimd.Subtract(d1, d3), to + (3 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(TVector g0, TVector g1, TVector g2, TVector g3, TVector g4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector half = TSimd.Splat(0.5f);
        TVector even = TSimd.Add(g0, g2);
        TSimd.Store(g0, to);
        TSimd.Store(TSimd.Multiply(half, TSimd.Add(even, g1)), to + step);
        TSimd.Store(TSimd.Multiply(half, TSimd.Subtract(even, g1)), to + (2 * step));
        TSimd.Store(g2, to + (3 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(TSimd.Add(TSimd.Add(m0, m1), m2), to);
        TSimd.Store(TSimd.Subtract(TSimd.Subtract(m1, m2), m3), to + step);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread<TSimd, TVector>(TVector y0, TVector y1, TVector y2, TVector y3, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(y0, to);
        TSimd.Store(TSimd.Add(y0, y1), to + step);
        TSimd.Store(TSimd.Subtract(y0, y1), to + (2 * step));
        TSimd.Store(TSimd.Subtract(TSimd.Zero, y1), to + (3 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fold<TSimd, TVector>(
        TVector u0, TVector u1, TVector u2, TVector u3, TVector u4, TVector u5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector half = TSimd.Splat(0.5f);
        TVector even = TSimd.Multiply(half, TSimd.Add(u1, u2));
        TSimd.Store(TSimd.Add(u0, even), to);
        TSimd.Store(TSimd.Multiply(half, TSimd.Subtract(u1, u2)), to + step);
        TSimd.Store(TSimd.Add(even, u3), to + (2 * step));
    }
}
