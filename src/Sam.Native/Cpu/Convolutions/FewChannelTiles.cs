using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Register tiles of <see cref="FewChannelWeights"/>: the nine sums of one row of weights, or of three rows side by side.</summary>
/// <remarks>With three rows 27 accumulators, three vectors of the gradient and one of the image fill 31 of 32 registers: 12 loads for 27 fused
/// multiply-adds. One row fits 16 registers.</remarks>
internal static unsafe class FewChannelTiles
{
    /// <summary>sums[r, s, lane] += dy[i, j + lane] x[i + r, j + s + lane] over all i, and j in steps of 16, for three rows of dy.</summary>
    /// <typeparam name="TSimd">The registers' operations.</typeparam>
    /// <typeparam name="TVector">Vectors of 16.</typeparam>
    /// <param name="gradient">The first row of dy: (height, width).</param>
    /// <param name="plane">Elements from one row of dy to the next.</param>
    /// <param name="image">x: (height + 2, width + 2), padded.</param>
    /// <param name="step">Elements from one line of x to the next.</param>
    /// <param name="height">Lines of dy.</param>
    /// <param name="width">Columns of dy, a multiple of 16.</param>
    /// <param name="sums">The first row's sums: (3, 3, 16).</param>
    /// <param name="rowStep">Elements from one row's sums to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ThreeRows<TSimd, TVector>(
        float* gradient, nint plane, float* image, nint step, int height, int width, float* sums, nint rowStep)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* sums1 = sums + rowStep;
        float* sums2 = sums1 + rowStep;
        TVector a0 = TSimd.Load(sums);
        TVector a1 = TSimd.Load(sums + 16);
        TVector a2 = TSimd.Load(sums + 32);
        TVector a3 = TSimd.Load(sums + 48);
        TVector a4 = TSimd.Load(sums + 64);
        TVector a5 = TSimd.Load(sums + 80);
        TVector a6 = TSimd.Load(sums + 96);
        TVector a7 = TSimd.Load(sums + 112);
        TVector a8 = TSimd.Load(sums + 128);
        TVector b0 = TSimd.Load(sums1);
        TVector b1 = TSimd.Load(sums1 + 16);
        TVector b2 = TSimd.Load(sums1 + 32);
        TVector b3 = TSimd.Load(sums1 + 48);
        TVector b4 = TSimd.Load(sums1 + 64);
        TVector b5 = TSimd.Load(sums1 + 80);
        TVector b6 = TSimd.Load(sums1 + 96);
        TVector b7 = TSimd.Load(sums1 + 112);
        TVector b8 = TSimd.Load(sums1 + 128);
        TVector c0 = TSimd.Load(sums2);
        TVector c1 = TSimd.Load(sums2 + 16);
        TVector c2 = TSimd.Load(sums2 + 32);
        TVector c3 = TSimd.Load(sums2 + 48);
        TVector c4 = TSimd.Load(sums2 + 64);
        TVector c5 = TSimd.Load(sums2 + 80);
        TVector c6 = TSimd.Load(sums2 + 96);
        TVector c7 = TSimd.Load(sums2 + 112);
        TVector c8 = TSimd.Load(sums2 + 128);
        float* dy = gradient;
        for (int i = 0; i < height; i++)
        {
            float* x0 = image + (i * step);
            float* x1 = x0 + step;
            float* x2 = x1 + step;
            for (float* end = dy + width; dy < end; dy += 16, x0 += 16, x1 += 16, x2 += 16)
            {
                TVector d0 = TSimd.Load(dy);
                TVector d1 = TSimd.Load(dy + plane);
                TVector d2 = TSimd.Load(dy + (2 * plane));
                TVector x = TSimd.Load(x0);
                a0 = TSimd.FusedMultiplyAdd(d0, x, a0);
                b0 = TSimd.FusedMultiplyAdd(d1, x, b0);
                c0 = TSimd.FusedMultiplyAdd(d2, x, c0);
                x = TSimd.Load(x0 + 1);
                a1 = TSimd.FusedMultiplyAdd(d0, x, a1);
                b1 = TSimd.FusedMultiplyAdd(d1, x, b1);
                c1 = TSimd.FusedMultiplyAdd(d2, x, c1);
                x = TSimd.Load(x0 + 2);
                a2 = TSimd.FusedMultiplyAdd(d0, x, a2);
                b2 = TSimd.FusedMultiplyAdd(d1, x, b2);
                c2 = TSimd.FusedMultiplyAdd(d2, x, c2);
                x = TSimd.Load(x1);
                a3 = TSimd.FusedMultiplyAdd(d0, x, a3);
                b3 = TSimd.FusedMultiplyAdd(d1, x, b3);
                c3 = TSimd.FusedMultiplyAdd(d2, x, c3);
                x = TSimd.Load(x1 + 1);
                a4 = TSimd.FusedMultiplyAdd(d0, x, a4);
                b4 = TSimd.FusedMultiplyAdd(d1, x, b4);
                c4 = TSimd.FusedMultiplyAdd(d2, x, c4);
                x = TSimd.Load(x1 + 2);
                a5 = TSimd.FusedMultiplyAdd(d0, x, a5);
                b5 = TSimd.FusedMultiplyAdd(d1, x, b5);
                c5 = TSimd.FusedMultiplyAdd(d2, x, c5);
                x = TSimd.Load(x2);
                a6 = TSimd.FusedMultiplyAdd(d0, x, a6);
                b6 = TSimd.FusedMultiplyAdd(d1, x, b6);
                c6 = TSimd.FusedMultiplyAdd(d2, x, c6);
                x = TSimd.Load(x2 + 1);
                a7 = TSimd.FusedMultiplyAdd(d0, x, a7);
                b7 = TSimd.FusedMultiplyAdd(d1, x, b7);
                c7 = TSimd.FusedMultiplyAdd(d2, x, c7);
                x = TSimd.Load(x2 + 2);
                a8 = TSimd.FusedMultiplyAdd(d0, x, a8);
                b8 = TSimd.FusedMultiplyAdd(d1, x, b8);
                c8 = TSimd.FusedMultiplyAdd(d2, x, c8);
            }
        }

        TSimd.Store(a0, sums);
        TSimd.Store(a1, sums + 16);
        TSimd.Store(a2, sums + 32);
        TSimd.Store(a3, sums + 48);
        TSimd.Store(a4, sums + 64);
        TSimd.Store(a5, sums + 80);
        TSimd.Store(a6, sums + 96);
        TSimd.Store(a7, sums + 112);
        TSimd.Store(a8, sums + 128);
        TSimd.Store(b0, sums1);
        TSimd.Store(b1, sums1 + 16);
        TSimd.Store(b2, sums1 + 32);
        TSimd.Store(b3, sums1 + 48);
        TSimd.Store(b4, sums1 + 64);
        TSimd.Store(b5, sums1 + 80);
        TSimd.Store(b6, sums1 + 96);
        TSimd.Store(b7, sums1 + 112);
        TSimd.Store(b8, sums1 + 128);
        TSimd.Store(c0, sums2);
        TSimd.Store(c1, sums2 + 16);
        TSimd.Store(c2, sums2 + 32);
        TSimd.Store(c3, sums2 + 48);
        TSimd.Store(c4, sums2 + 64);
        TSimd.Store(c5, sums2 + 80);
        TSimd.Store(c6, sums2 + 96);
        TSimd.Store(c7, sums2 + 112);
        TSimd.Store(c8, sums2 + 128);
    }

    /// <summary>The same for one row of dy and vectors of 16, 8 or 4 of the lanes.</summary>
    /// <typeparam name="TSimd">The registers' operations.</typeparam>
    /// <typeparam name="TVector">Vectors of as many lanes as a register has.</typeparam>
    /// <param name="gradient">dy from the first of the lanes.</param>
    /// <param name="image">x from the first of the lanes.</param>
    /// <param name="step">Elements from one line of x to the next.</param>
    /// <param name="height">Lines of dy.</param>
    /// <param name="width">Columns of dy, a multiple of 16.</param>
    /// <param name="sums">The sums from the first of the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneRow<TSimd, TVector>(float* gradient, float* image, nint step, int height, int width, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector a0 = TSimd.Load(sums);
        TVector a1 = TSimd.Load(sums + 16);
        TVector a2 = TSimd.Load(sums + 32);
        TVector a3 = TSimd.Load(sums + 48);
        TVector a4 = TSimd.Load(sums + 64);
        TVector a5 = TSimd.Load(sums + 80);
        TVector a6 = TSimd.Load(sums + 96);
        TVector a7 = TSimd.Load(sums + 112);
        TVector a8 = TSimd.Load(sums + 128);
        float* dy = gradient;
        for (int i = 0; i < height; i++)
        {
            float* x0 = image + (i * step);
            float* x1 = x0 + step;
            float* x2 = x1 + step;
            for (float* end = dy + width; dy < end; dy += 16, x0 += 16, x1 += 16, x2 += 16)
            {
                TVector d0 = TSimd.Load(dy);
                TVector x = TSimd.Load(x0);
                a0 = TSimd.FusedMultiplyAdd(d0, x, a0);
                x = TSimd.Load(x0 + 1);
                a1 = TSimd.FusedMultiplyAdd(d0, x, a1);
                x = TSimd.Load(x0 + 2);
                a2 = TSimd.FusedMultiplyAdd(d0, x, a2);
                x = TSimd.Load(x1);
                a3 = TSimd.FusedMultiplyAdd(d0, x, a3);
                x = TSimd.Load(x1 + 1);
                a4 = TSimd.FusedMultiplyAdd(d0, x, a4);
                x = TSimd.Load(x1 + 2);
                a5 = TSimd.FusedMultiplyAdd(d0, x, a5);
                x = TSimd.Load(x2);
                a6 = TSimd.FusedMultiplyAdd(d0, x, a6);
                x = TSimd.Load(x2 + 1);
                a7 = TSimd.FusedMultiplyAdd(d0, x, a7);
                x = TSimd.Load(x2 + 2);
                a8 = TSimd.FusedMultiplyAdd(d0, x, a8);
            }
        }

        TSimd.Store(a0, sums);
        TSimd.Store(a1, sums + 16);
        TSimd.Store(a2, sums + 32);
        TSimd.Store(a3, sums + 48);
        TSimd.Store(a4, sums + 64);
        TSimd.Store(a5, sums + 80);
        TSimd.Store(a6, sums + 96);
        TSimd.Store(a7, sums + 112);
        TSimd.Store(a8, sums + 128);
    }
}
