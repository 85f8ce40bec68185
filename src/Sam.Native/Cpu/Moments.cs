using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Mean and variance of a set of planes that lie a fixed distance apart: a channel of a batch, a row, a group of channels.</summary>
/// <remarks>
/// The elements are taken in blocks of at most <see cref="BlockCount"/>: as many whole planes as fit, or pieces of one plane where it is larger.
/// Each block is summed for its mean and then, still in the first-level cache, summed again around that mean, so no digits cancel. Within a plane's
/// piece, element p belongs to virtual lane p mod 32; lanes are summed in float over the block's planes in ascending order, lanes 16 to 31 are added to
/// lanes 0 to 15, then the tree of <see cref="ILanes{TSelf}.Sum"/>. Blocks are combined in double in ascending order (Chan, Golub, LeVeque 1979).
/// The order depends on the sizes alone. NaN and infinity make the moments NaN.
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
                float center = (float)(Sum<TV>(first, blockSize, stride, count) / n);
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
        TV even = TV.Splat(0f);
        TV odd = even;
        for (int b = 0; b < planes; b++)
        {
            float* plane = x + (b * stride);
            int i = 0;
            for (; i <= count - 32; i += 32)
            {
                even += TV.Load(plane + i);
                odd += TV.Load(plane + i + 16);
            }

            if (i <= count - 16)
            {
                even += TV.Load(plane + i);
                i += 16;
                if (i < count) odd += TV.LoadPartial(plane + i, count - i);
            }
            else if (i < count)
            {
                even += TV.LoadPartial(plane + i, count - i);
            }
        }

        return (even + odd).Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Distances<TV>(float* x, int planes, long stride, int count, float center, out float sum, out float squares)
        where TV : unmanaged, ILanes<TV>
    {
        TV c = TV.Splat(center);
        TV even = TV.Splat(0f), odd = even, evenSquares = even, oddSquares = even;
        for (int b = 0; b < planes; b++)
        {
            float* plane = x + (b * stride);
            int i = 0;
            for (; i <= count - 32; i += 32)
            {
                TV d0 = TV.Load(plane + i) - c;
                TV d1 = TV.Load(plane + i + 16) - c;
                even += d0;
                odd += d1;
                evenSquares = TV.Fma(d0, d0, evenSquares);
                oddSquares = TV.Fma(d1, d1, oddSquares);
            }

            if (i < count)
            {
                int left = Math.Min(16, count - i);
                TV d = (TV.LoadPartial(plane + i, left) - c) & FirstLanes<TV>(left);
                even += d;
                evenSquares = TV.Fma(d, d, evenSquares);
                i += 16;
            }

            if (i < count)
            {
                TV d = (TV.LoadPartial(plane + i, count - i) - c) & FirstLanes<TV>(count - i);
                odd += d;
                oddSquares = TV.Fma(d, d, oddSquares);
            }
        }

        sum = (even + odd).Sum();
        squares = (evenSquares + oddSquares).Sum();
    }
}
