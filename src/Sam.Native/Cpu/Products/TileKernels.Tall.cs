using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Register tiles of the matrix product: every element is one chain of fused multiply-adds over k ascending, begun at 0.</summary>
/// <remarks>
/// <para>Element (r, k) of A is a[r * rowStep + k * depthStep], so packed panels and matrices in place, transposed or not, take the same
/// path; row k of B is b[k * bStep ...], as many elements as the tile has columns. Each row of the result is stored to c + r * cStep, or
/// added to what is there.</para>
/// <para>The 12-row tiles hold 24 accumulators, two vectors of B and one of A in 32 registers; the 6-row tiles fit 16. Row addresses are
/// formed from one pointer for three rows, which keeps all of them in general registers.</para>
/// </remarks>
internal static unsafe partial class TileKernels
{
    /// <summary>12 rows by 2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile12x2<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint rowStep2 = 2 * rowStep;
        float* a0 = a;
        float* a3 = a + (3 * rowStep);
        float* a6 = a + (6 * rowStep);
        float* a9 = a + (9 * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c0_1 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c1_1 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c2_1 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        TVector c3_1 = TSimd.Zero;
        TVector c4_0 = TSimd.Zero;
        TVector c4_1 = TSimd.Zero;
        TVector c5_0 = TSimd.Zero;
        TVector c5_1 = TSimd.Zero;
        TVector c6_0 = TSimd.Zero;
        TVector c6_1 = TSimd.Zero;
        TVector c7_0 = TSimd.Zero;
        TVector c7_1 = TSimd.Zero;
        TVector c8_0 = TSimd.Zero;
        TVector c8_1 = TSimd.Zero;
        TVector c9_0 = TSimd.Zero;
        TVector c9_1 = TSimd.Zero;
        TVector c10_0 = TSimd.Zero;
        TVector c10_1 = TSimd.Zero;
        TVector c11_0 = TSimd.Zero;
        TVector c11_1 = TSimd.Zero;
        for (nint i = k; i > 0; i--)
        {
            TVector b0 = TSimd.Load(b);
            TVector b1 = TSimd.Load(b + TSimd.Count);
            TVector row = TSimd.Splat(*a0);
            c0_0 = TSimd.FusedMultiplyAdd(row, b0, c0_0);
            c0_1 = TSimd.FusedMultiplyAdd(row, b1, c0_1);
            row = TSimd.Splat(a0[rowStep]);
            c1_0 = TSimd.FusedMultiplyAdd(row, b0, c1_0);
            c1_1 = TSimd.FusedMultiplyAdd(row, b1, c1_1);
            row = TSimd.Splat(a0[rowStep2]);
            c2_0 = TSimd.FusedMultiplyAdd(row, b0, c2_0);
            c2_1 = TSimd.FusedMultiplyAdd(row, b1, c2_1);
            row = TSimd.Splat(*a3);
            c3_0 = TSimd.FusedMultiplyAdd(row, b0, c3_0);
            c3_1 = TSimd.FusedMultiplyAdd(row, b1, c3_1);
            row = TSimd.Splat(a3[rowStep]);
            c4_0 = TSimd.FusedMultiplyAdd(row, b0, c4_0);
            c4_1 = TSimd.FusedMultiplyAdd(row, b1, c4_1);
            row = TSimd.Splat(a3[rowStep2]);
            c5_0 = TSimd.FusedMultiplyAdd(row, b0, c5_0);
            c5_1 = TSimd.FusedMultiplyAdd(row, b1, c5_1);
            row = TSimd.Splat(*a6);
            c6_0 = TSimd.FusedMultiplyAdd(row, b0, c6_0);
            c6_1 = TSimd.FusedMultiplyAdd(row, b1, c6_1);
            row = TSimd.Splat(a6[rowStep]);
            c7_0 = TSimd.FusedMultiplyAdd(row, b0, c7_0);
            c7_1 = TSimd.FusedMultiplyAdd(row, b1, c7_1);
            row = TSimd.Splat(a6[rowStep2]);
            c8_0 = TSimd.FusedMultiplyAdd(row, b0, c8_0);
            c8_1 = TSimd.FusedMultiplyAdd(row, b1, c8_1);
            row = TSimd.Splat(*a9);
            c9_0 = TSimd.FusedMultiplyAdd(row, b0, c9_0);
            c9_1 = TSimd.FusedMultiplyAdd(row, b1, c9_1);
            row = TSimd.Splat(a9[rowStep]);
            c10_0 = TSimd.FusedMultiplyAdd(row, b0, c10_0);
            c10_1 = TSimd.FusedMultiplyAdd(row, b1, c10_1);
            row = TSimd.Splat(a9[rowStep2]);
            c11_0 = TSimd.FusedMultiplyAdd(row, b0, c11_0);
            c11_1 = TSimd.FusedMultiplyAdd(row, b1, c11_1);
            b += bStep;
            a0 += depthStep;
            a3 += depthStep;
            a6 += depthStep;
            a9 += depthStep;
        }

        if (add)
        {
            float* from = c;
            c0_0 = TSimd.Add(TSimd.Load(from), c0_0);
            c0_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c0_1);
            from += cStep;
            c1_0 = TSimd.Add(TSimd.Load(from), c1_0);
            c1_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c1_1);
            from += cStep;
            c2_0 = TSimd.Add(TSimd.Load(from), c2_0);
            c2_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c2_1);
            from += cStep;
            c3_0 = TSimd.Add(TSimd.Load(from), c3_0);
            c3_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c3_1);
            from += cStep;
            c4_0 = TSimd.Add(TSimd.Load(from), c4_0);
            c4_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c4_1);
            from += cStep;
            c5_0 = TSimd.Add(TSimd.Load(from), c5_0);
            c5_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c5_1);
            from += cStep;
            c6_0 = TSimd.Add(TSimd.Load(from), c6_0);
            c6_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c6_1);
            from += cStep;
            c7_0 = TSimd.Add(TSimd.Load(from), c7_0);
            c7_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c7_1);
            from += cStep;
            c8_0 = TSimd.Add(TSimd.Load(from), c8_0);
            c8_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c8_1);
            from += cStep;
            c9_0 = TSimd.Add(TSimd.Load(from), c9_0);
            c9_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c9_1);
            from += cStep;
            c10_0 = TSimd.Add(TSimd.Load(from), c10_0);
            c10_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c10_1);
            from += cStep;
            c11_0 = TSimd.Add(TSimd.Load(from), c11_0);
            c11_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c11_1);
        }

        TSimd.Store(c0_0, c);
        TSimd.Store(c0_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c1_0, c);
        TSimd.Store(c1_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c2_0, c);
        TSimd.Store(c2_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c3_0, c);
        TSimd.Store(c3_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c4_0, c);
        TSimd.Store(c4_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c5_0, c);
        TSimd.Store(c5_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c6_0, c);
        TSimd.Store(c6_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c7_0, c);
        TSimd.Store(c7_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c8_0, c);
        TSimd.Store(c8_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c9_0, c);
        TSimd.Store(c9_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c10_0, c);
        TSimd.Store(c10_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c11_0, c);
        TSimd.Store(c11_1, c + TSimd.Count);
    }

    /// <summary>12 rows by 1 vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile12x1<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint rowStep2 = 2 * rowStep;
        float* a0 = a;
        float* a3 = a + (3 * rowStep);
        float* a6 = a + (6 * rowStep);
        float* a9 = a + (9 * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        TVector c4_0 = TSimd.Zero;
        TVector c5_0 = TSimd.Zero;
        TVector c6_0 = TSimd.Zero;
        TVector c7_0 = TSimd.Zero;
        TVector c8_0 = TSimd.Zero;
        TVector c9_0 = TSimd.Zero;
        TVector c10_0 = TSimd.Zero;
        TVector c11_0 = TSimd.Zero;
        for (nint i = k; i > 0; i--)
        {
            TVector b0 = TSimd.Load(b);
            TVector row = TSimd.Splat(*a0);
            c0_0 = TSimd.FusedMultiplyAdd(row, b0, c0_0);
            row = TSimd.Splat(a0[rowStep]);
            c1_0 = TSimd.FusedMultiplyAdd(row, b0, c1_0);
            row = TSimd.Splat(a0[rowStep2]);
            c2_0 = TSimd.FusedMultiplyAdd(row, b0, c2_0);
            row = TSimd.Splat(*a3);
            c3_0 = TSimd.FusedMultiplyAdd(row, b0, c3_0);
            row = TSimd.Splat(a3[rowStep]);
            c4_0 = TSimd.FusedMultiplyAdd(row, b0, c4_0);
            row = TSimd.Splat(a3[rowStep2]);
            c5_0 = TSimd.FusedMultiplyAdd(row, b0, c5_0);
            row = TSimd.Splat(*a6);
            c6_0 = TSimd.FusedMultiplyAdd(row, b0, c6_0);
            row = TSimd.Splat(a6[rowStep]);
            c7_0 = TSimd.FusedMultiplyAdd(row, b0, c7_0);
            row = TSimd.Splat(a6[rowStep2]);
            c8_0 = TSimd.FusedMultiplyAdd(row, b0, c8_0);
            row = TSimd.Splat(*a9);
            c9_0 = TSimd.FusedMultiplyAdd(row, b0, c9_0);
            row = TSimd.Splat(a9[rowStep]);
            c10_0 = TSimd.FusedMultiplyAdd(row, b0, c10_0);
            row = TSimd.Splat(a9[rowStep2]);
            c11_0 = TSimd.FusedMultiplyAdd(row, b0, c11_0);
            b += bStep;
            a0 += depthStep;
            a3 += depthStep;
            a6 += depthStep;
            a9 += depthStep;
        }

        if (add)
        {
            float* from = c;
            c0_0 = TSimd.Add(TSimd.Load(from), c0_0);
            from += cStep;
            c1_0 = TSimd.Add(TSimd.Load(from), c1_0);
            from += cStep;
            c2_0 = TSimd.Add(TSimd.Load(from), c2_0);
            from += cStep;
            c3_0 = TSimd.Add(TSimd.Load(from), c3_0);
            from += cStep;
            c4_0 = TSimd.Add(TSimd.Load(from), c4_0);
            from += cStep;
            c5_0 = TSimd.Add(TSimd.Load(from), c5_0);
            from += cStep;
            c6_0 = TSimd.Add(TSimd.Load(from), c6_0);
            from += cStep;
            c7_0 = TSimd.Add(TSimd.Load(from), c7_0);
            from += cStep;
            c8_0 = TSimd.Add(TSimd.Load(from), c8_0);
            from += cStep;
            c9_0 = TSimd.Add(TSimd.Load(from), c9_0);
            from += cStep;
            c10_0 = TSimd.Add(TSimd.Load(from), c10_0);
            from += cStep;
            c11_0 = TSimd.Add(TSimd.Load(from), c11_0);
        }

        TSimd.Store(c0_0, c);
        c += cStep;
        TSimd.Store(c1_0, c);
        c += cStep;
        TSimd.Store(c2_0, c);
        c += cStep;
        TSimd.Store(c3_0, c);
        c += cStep;
        TSimd.Store(c4_0, c);
        c += cStep;
        TSimd.Store(c5_0, c);
        c += cStep;
        TSimd.Store(c6_0, c);
        c += cStep;
        TSimd.Store(c7_0, c);
        c += cStep;
        TSimd.Store(c8_0, c);
        c += cStep;
        TSimd.Store(c9_0, c);
        c += cStep;
        TSimd.Store(c10_0, c);
        c += cStep;
        TSimd.Store(c11_0, c);
    }

    /// <summary>8 rows by 2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x2<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint rowStep2 = 2 * rowStep;
        float* a0 = a;
        float* a3 = a + (3 * rowStep);
        float* a6 = a + (6 * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c0_1 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c1_1 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c2_1 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        TVector c3_1 = TSimd.Zero;
        TVector c4_0 = TSimd.Zero;
        TVector c4_1 = TSimd.Zero;
        TVector c5_0 = TSimd.Zero;
        TVector c5_1 = TSimd.Zero;
        TVector c6_0 = TSimd.Zero;
        TVector c6_1 = TSimd.Zero;
        TVector c7_0 = TSimd.Zero;
        TVector c7_1 = TSimd.Zero;
        for (nint i = k; i > 0; i--)
        {
            TVector b0 = TSimd.Load(b);
            TVector b1 = TSimd.Load(b + TSimd.Count);
            TVector row = TSimd.Splat(*a0);
            c0_0 = TSimd.FusedMultiplyAdd(row, b0, c0_0);
            c0_1 = TSimd.FusedMultiplyAdd(row, b1, c0_1);
            row = TSimd.Splat(a0[rowStep]);
            c1_0 = TSimd.FusedMultiplyAdd(row, b0, c1_0);
            c1_1 = TSimd.FusedMultiplyAdd(row, b1, c1_1);
            row = TSimd.Splat(a0[rowStep2]);
            c2_0 = TSimd.FusedMultiplyAdd(row, b0, c2_0);
            c2_1 = TSimd.FusedMultiplyAdd(row, b1, c2_1);
            row = TSimd.Splat(*a3);
            c3_0 = TSimd.FusedMultiplyAdd(row, b0, c3_0);
            c3_1 = TSimd.FusedMultiplyAdd(row, b1, c3_1);
            row = TSimd.Splat(a3[rowStep]);
            c4_0 = TSimd.FusedMultiplyAdd(row, b0, c4_0);
            c4_1 = TSimd.FusedMultiplyAdd(row, b1, c4_1);
            row = TSimd.Splat(a3[rowStep2]);
            c5_0 = TSimd.FusedMultiplyAdd(row, b0, c5_0);
            c5_1 = TSimd.FusedMultiplyAdd(row, b1, c5_1);
            row = TSimd.Splat(*a6);
            c6_0 = TSimd.FusedMultiplyAdd(row, b0, c6_0);
            c6_1 = TSimd.FusedMultiplyAdd(row, b1, c6_1);
            row = TSimd.Splat(a6[rowStep]);
            c7_0 = TSimd.FusedMultiplyAdd(row, b0, c7_0);
            c7_1 = TSimd.FusedMultiplyAdd(row, b1, c7_1);
            b += bStep;
            a0 += depthStep;
            a3 += depthStep;
            a6 += depthStep;
        }

        if (add)
        {
            float* from = c;
            c0_0 = TSimd.Add(TSimd.Load(from), c0_0);
            c0_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c0_1);
            from += cStep;
            c1_0 = TSimd.Add(TSimd.Load(from), c1_0);
            c1_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c1_1);
            from += cStep;
            c2_0 = TSimd.Add(TSimd.Load(from), c2_0);
            c2_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c2_1);
            from += cStep;
            c3_0 = TSimd.Add(TSimd.Load(from), c3_0);
            c3_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c3_1);
            from += cStep;
            c4_0 = TSimd.Add(TSimd.Load(from), c4_0);
            c4_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c4_1);
            from += cStep;
            c5_0 = TSimd.Add(TSimd.Load(from), c5_0);
            c5_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c5_1);
            from += cStep;
            c6_0 = TSimd.Add(TSimd.Load(from), c6_0);
            c6_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c6_1);
            from += cStep;
            c7_0 = TSimd.Add(TSimd.Load(from), c7_0);
            c7_1 = TSimd.Add(TSimd.Load(from + TSimd.Count), c7_1);
        }

        TSimd.Store(c0_0, c);
        TSimd.Store(c0_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c1_0, c);
        TSimd.Store(c1_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c2_0, c);
        TSimd.Store(c2_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c3_0, c);
        TSimd.Store(c3_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c4_0, c);
        TSimd.Store(c4_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c5_0, c);
        TSimd.Store(c5_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c6_0, c);
        TSimd.Store(c6_1, c + TSimd.Count);
        c += cStep;
        TSimd.Store(c7_0, c);
        TSimd.Store(c7_1, c + TSimd.Count);
    }
}
