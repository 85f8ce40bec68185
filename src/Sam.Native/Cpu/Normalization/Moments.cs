using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Mean and variance of a set of planes that lie a fixed distance apart: a channel of a batch, a row, a group of
/// channels.</summary>
/// <remarks>
/// The elements are taken in blocks of at most <see cref="BlockCount"/>: as many whole planes as fit, or pieces of one plane where it is
/// larger.
/// A block's elements and their squares are summed around a center: the mean of the blocks before, so that the digits that cancel in a
/// block are ones
/// that the distance between the blocks' means outweighs; the first block is summed once for its own mean. Of a plane's piece, the full
/// groups of 64
/// elements go to 64 virtual lanes, what is left to the first 16 of them in ascending order; lanes are summed in float over the block's
/// planes in ascending
/// order, added as (0-15 + 16-31) + (32-47 + 48-63), then the tree of <see cref="ILanes{TSelf}.Sum"/>. Blocks are combined in double in
/// ascending order
/// (Chan, Golub, LeVeque 1979). The order depends on the sizes alone. NaN and infinity make the moments NaN.
/// </remarks>
internal unsafe struct Moments
{
    /// <summary>Elements of a block: 16 KiB, half of a small first-level cache.</summary>
    public const int BlockCount = 4096;

    /// <summary>Elements so far.</summary>
    public double Count;

    /// <summary>Their mean.</summary>
    public double Mean;

    /// <summary>Sum of the squared distances from the mean.</summary>
    public double SquaredDistance;

    /// <summary>The biased variance.</summary>
    public readonly double Variance => SquaredDistance / Count;

    /// <summary>Mean and variance of planes.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="x">The first plane.</param>
    /// <param name="planes">Number of planes, at least 1.</param>
    /// <param name="stride">Elements from one plane to the next.</param>
    /// <param name="size">Elements of a plane, at least 1.</param>
    /// <returns>The moments.</returns>
    public static Moments Of<TV>(float* x, int planes, long stride, int size)
        where TV : unmanaged, ILanes<TV>
    {
        Moments moments = default;
        int blockPlanes = Math.Max(1, BlockCount / size);
        for (int b = 0; b < planes; b += blockPlanes)
        {
            int blockSize = Math.Min(blockPlanes, planes - b);
            for (int p = 0; p < size; p += BlockCount)
            {
                int count = Math.Min(BlockCount, size - p);
                float* first = x + (b * stride) + p;
                double n = (double)blockSize * count;
                float center = (float)(moments.Count == 0 ? Sum<TV>(first, blockSize, stride, count) / n : moments.Mean);
                Distances<TV>(first, blockSize, stride, count, center, out float sum, out float squares);
                moments.Add(n, center, sum, squares);
            }
        }

        return moments;
    }

    /// <summary>A mask of ones in the first <paramref name="count"/> lanes (0 to 16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV FirstLanes<TV>(int count)
        where TV : unmanaged, ILanes<TV> => TV.Less(TV.ConvertToSingle(TV.Indices(0)), TV.Splat(count));

    /// <summary>Takes in a block of n elements, given their sums around a center.</summary>
    public void Add(double n, float center, double sum, double squares)
    {
        double mean = center + (sum / n);
        double distance = Math.Max(0, squares - (sum * sum / n));
        double total = Count + n;
        double delta = mean - Mean;
        Mean += delta * (n / total);
        SquaredDistance += distance + (delta * delta * (Count * n / total));
        Count = total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TV>(float* x, int planes, long stride, int count)
        where TV : unmanaged, ILanes<TV>
    {
        TV s0 = TV.Splat(0f), s1 = s0, s2 = s0, s3 = s0;
        for (int b = 0; b < planes; b++)
        {
            float* plane = x + (b * stride);
            int i = 0;
            for (; i <= count - 64; i += 64)
            {
                s0 += TV.Load(plane + i);
                s1 += TV.Load(plane + i + 16);
                s2 += TV.Load(plane + i + 32);
                s3 += TV.Load(plane + i + 48);
            }

            for (; i <= count - 16; i += 16) s0 += TV.Load(plane + i);
            if (i < count) s0 += TV.LoadPartial(plane + i, count - i);
        }

        return ((s0 + s1) + (s2 + s3)).Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Distances<TV>(float* x, int planes, long stride, int count, float center, out float sum, out float squares)
        where TV : unmanaged, ILanes<TV>
    {
        TV c = TV.Splat(center);
        TV s0 = TV.Splat(0f), s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
        long ahead = Prefetch.Ahead(count, stride);
        int tail = count % 16;
        TV mask = FirstLanes<TV>(tail);
        for (int b = 0; b < planes; b++)
        {
            float* plane = x + (b * stride);
            int i = 0;
            for (; i <= count - 64; i += 64)
            {
                Prefetch.Line(plane + i + ahead);
                Prefetch.Line(plane + i + 16 + ahead);
                Prefetch.Line(plane + i + 32 + ahead);
                Prefetch.Line(plane + i + 48 + ahead);
                TV d0 = TV.Load(plane + i) - c;
                TV d1 = TV.Load(plane + i + 16) - c;
                TV d2 = TV.Load(plane + i + 32) - c;
                TV d3 = TV.Load(plane + i + 48) - c;
                s0 += d0;
                s1 += d1;
                s2 += d2;
                s3 += d3;
                q0 = TV.Fma(d0, d0, q0);
                q1 = TV.Fma(d1, d1, q1);
                q2 = TV.Fma(d2, d2, q2);
                q3 = TV.Fma(d3, d3, q3);
            }

            for (; i <= count - 16; i += 16)
            {
                Prefetch.Line(plane + i + ahead);
                TV d = TV.Load(plane + i) - c;
                s0 += d;
                q0 = TV.Fma(d, d, q0);
            }

            if (tail != 0)
            {
                Prefetch.Line(plane + i + ahead);
                TV d = (TV.LoadPartial(plane + i, tail) - c) & mask;
                s0 += d;
                q0 = TV.Fma(d, d, q0);
            }
        }

        sum = ((s0 + s1) + (s2 + s3)).Sum();
        squares = ((q0 + q1) + (q2 + q3)).Sum();
    }
}
