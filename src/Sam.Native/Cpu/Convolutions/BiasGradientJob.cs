using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The bias gradient: the sum of the output gradient over images and pixels. A part is one channel.</summary>
/// <remarks>Order: within an image, pixel p goes to virtual lane p mod 16, ascending; the 16 lanes are added as a tree (l and l + 8, l and
/// l + 4, l and l + 2, l and l + 1); the images' sums are added in ascending order in double precision.</remarks>
internal unsafe struct BiasGradientJob : ITeamJob
{
    /// <summary>The gradient of the output: (B, channels, pixels).</summary>
    public float* OutputGradient;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Channels.</summary>
    public int Channels;

    /// <summary>Pixels of an image.</summary>
    public int Pixels;

    /// <summary>Receives the sums.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        double total = 0;
        nint step = (nint)Channels * Pixels;
        float* row = OutputGradient + ((nint)part * Pixels);
        int image = 0;
        for (; image <= Batch - 4; image += 4, row += 4 * step) total = FourImages(row, step, total);
        for (; image < Batch; image++, row += step) total = OneImage(row, total);
        Target[part] = Accumulate ? Target[part] + (float)total : (float)total;
    }

    // An image is one chain of additions, which four images side by side do not wait for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly double FourImages(float* row, nint step, double total)
    {
        Vector512<float> lanes0 = Vector512<float>.Zero, lanes1 = lanes0, lanes2 = lanes0, lanes3 = lanes0;
        int i = 0;
        for (float* p = row; i <= Pixels - 16; i += 16, p += 16)
        {
            lanes0 += Vector512.Load(p);
            lanes1 += Vector512.Load(p + step);
            lanes2 += Vector512.Load(p + (2 * step));
            lanes3 += Vector512.Load(p + (3 * step));
        }

        total += Sum(lanes0, row, i);
        total += Sum(lanes1, row + step, i);
        total += Sum(lanes2, row + (2 * step), i);
        return total + Sum(lanes3, row + (3 * step), i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly double OneImage(float* row, double total)
    {
        Vector512<float> lanes = Vector512<float>.Zero;
        int i = 0;
        for (; i <= Pixels - 16; i += 16) lanes += Vector512.Load(row + i);
        return total + Sum(lanes, row, i);
    }

    [SkipLocalsInit]
    private readonly float Sum(Vector512<float> lanes, float* row, int first)
    {
        if (first < Pixels)
        {
            float* tail = stackalloc float[16];
            for (int lane = 0; lane < 16; lane++) tail[lane] = first + lane < Pixels ? row[first + lane] : 0f;
            lanes += Vector512.Load(tail);
        }

        Vector256<float> eight = lanes.GetLower() + lanes.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
