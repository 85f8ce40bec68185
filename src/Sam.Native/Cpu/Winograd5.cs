using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Five taps as three and two: F(2, 3) on inputs 0 to 3 plus F(2, 2) on inputs 3 to 5. 7 products for 2 outputs instead of
/// 10.</summary>
/// <remarks>F(2, 5) would take 6, but at the points 2 and -2, whose powers cost several bits. Here every factor is 1 or one half.</remarks>
internal readonly unsafe struct Winograd5 : IWinogradForm
{
    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Products => 7;

    /// <inheritdoc/>
    public static int Taps => 5;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector>(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Winograd3.Input<TSimd, TVector>(d0, d1, d2, d3, d4, d5, to, step);
        TSimd.Store(TSimd.Subtract(d3, d4), to + (4 * step));
        TSimd.Store(d4, to + (5 * step));
        TSimd.Store(TSimd.Subtract(d5, d4), to + (6 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(TVector g0, TVector g1, TVector g2, TVector g3, TVector g4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Winograd3.Weights<TSimd, TVector>(g0, g1, g2, g3, g4, to, step);
        TSimd.Store(g3, to + (4 * step));
        TSimd.Store(TSimd.Add(g3, g4), to + (5 * step));
        TSimd.Store(g4, to + (6 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, TVector m6, out TVector y0, out TVector y1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        y0 = TSimd.Add(TSimd.Add(TSimd.Add(m0, m1), m2), TSimd.Add(m4, m5));
        y1 = TSimd.Add(TSimd.Subtract(TSimd.Subtract(m1, m2), m3), TSimd.Add(m5, m6));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread<TSimd, TVector>(TVector y0, TVector y1, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Winograd3.Spread<TSimd, TVector>(y0, y1, to, step);
        TSimd.Store(y0, to + (4 * step));
        TSimd.Store(TSimd.Add(y0, y1), to + (5 * step));
        TSimd.Store(y1, to + (6 * step));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fold<TSimd, TVector>(
        TVector u0, TVector u1, TVector u2, TVector u3, TVector u4, TVector u5, TVector u6, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Winograd3.Fold<TSimd, TVector>(u0, u1, u2, u3, u4, u5, u6, to, step);
        TSimd.Store(TSimd.Add(u4, u5), to + (3 * step));
        TSimd.Store(TSimd.Add(u5, u6), to + (4 * step));
    }
}
