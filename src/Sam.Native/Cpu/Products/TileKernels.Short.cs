using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <content>The tiles of few rows.</content>
internal static unsafe partial class TileKernels
{
    /// <summary>6 rows by 2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile6x2<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint rowStep2 = 2 * rowStep;
        float* a0 = a;
        float* a3 = a + (3 * rowStep);
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
            b += bStep;
            a0 += depthStep;
            a3 += depthStep;
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
    }

    /// <summary>6 rows by 1 vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile6x1<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint rowStep2 = 2 * rowStep;
        float* a0 = a;
        float* a3 = a + (3 * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        TVector c4_0 = TSimd.Zero;
        TVector c5_0 = TSimd.Zero;
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
            b += bStep;
            a0 += depthStep;
            a3 += depthStep;
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
    }

    /// <summary>Up to 4 rows by 2 vectors: rows beyond the last repeat it, and their results are to be ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x2<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add, int rows)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* a0 = a;
        float* a1 = a + (Math.Min(1, rows - 1) * rowStep);
        float* a2 = a + (Math.Min(2, rows - 1) * rowStep);
        float* a3 = a + (Math.Min(3, rows - 1) * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c0_1 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c1_1 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c2_1 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        TVector c3_1 = TSimd.Zero;
        for (nint i = k; i > 0; i--)
        {
            TVector b0 = TSimd.Load(b);
            TVector b1 = TSimd.Load(b + TSimd.Count);
            TVector row = TSimd.Splat(*a0);
            c0_0 = TSimd.FusedMultiplyAdd(row, b0, c0_0);
            c0_1 = TSimd.FusedMultiplyAdd(row, b1, c0_1);
            row = TSimd.Splat(*a1);
            c1_0 = TSimd.FusedMultiplyAdd(row, b0, c1_0);
            c1_1 = TSimd.FusedMultiplyAdd(row, b1, c1_1);
            row = TSimd.Splat(*a2);
            c2_0 = TSimd.FusedMultiplyAdd(row, b0, c2_0);
            c2_1 = TSimd.FusedMultiplyAdd(row, b1, c2_1);
            row = TSimd.Splat(*a3);
            c3_0 = TSimd.FusedMultiplyAdd(row, b0, c3_0);
            c3_1 = TSimd.FusedMultiplyAdd(row, b1, c3_1);
            b += bStep;
            a0 += depthStep;
            a1 += depthStep;
            a2 += depthStep;
            a3 += depthStep;
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
    }

    /// <summary>Up to 4 rows by 1 vector: rows beyond the last repeat it, and their results are to be ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x1<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add, int rows)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* a0 = a;
        float* a1 = a + (Math.Min(1, rows - 1) * rowStep);
        float* a2 = a + (Math.Min(2, rows - 1) * rowStep);
        float* a3 = a + (Math.Min(3, rows - 1) * rowStep);
        TVector c0_0 = TSimd.Zero;
        TVector c1_0 = TSimd.Zero;
        TVector c2_0 = TSimd.Zero;
        TVector c3_0 = TSimd.Zero;
        for (nint i = k; i > 0; i--)
        {
            TVector b0 = TSimd.Load(b);
            TVector row = TSimd.Splat(*a0);
            c0_0 = TSimd.FusedMultiplyAdd(row, b0, c0_0);
            row = TSimd.Splat(*a1);
            c1_0 = TSimd.FusedMultiplyAdd(row, b0, c1_0);
            row = TSimd.Splat(*a2);
            c2_0 = TSimd.FusedMultiplyAdd(row, b0, c2_0);
            row = TSimd.Splat(*a3);
            c3_0 = TSimd.FusedMultiplyAdd(row, b0, c3_0);
            b += bStep;
            a0 += depthStep;
            a1 += depthStep;
            a2 += depthStep;
            a3 += depthStep;
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
        }

        TSimd.Store(c0_0, c);
        c += cStep;
        TSimd.Store(c1_0, c);
        c += cStep;
        TSimd.Store(c2_0, c);
        c += cStep;
        TSimd.Store(c3_0, c);
    }
}
