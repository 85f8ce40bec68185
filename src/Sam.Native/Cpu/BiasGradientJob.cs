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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int part, int worker)
    {
        double total = 0;
        float* tail = stackalloc float[16];
        for (int image = 0; image < Batch; image++)
        {
            float* row = OutputGradient + ((((nint)image * Channels) + part) * Pixels);
            Vector512<float> lanes = Vector512<float>.Zero;
            int i = 0;
            for (; i <= Pixels - 16; i += 16)
            {
                lanes += Vector512.Load(row + i);
            }

            if (i < Pixels)
            {
                for (int lane = 0; lane < 16; lane++)
                {
                    tail[lane] = i + lane < Pixels ? row[i + lane] : 0f;
                }

                lanes += Vector512.Load(tail);
            }

            Vector256<float> eight = lanes.GetLower() + lanes.GetUpper();
            Vector128<float> four = eight.GetLower() + eight.GetUpper();
            total += (four[0] + four[2]) + (four[1] + four[3]);
        }

        Target[part] = Accumulate ? Target[part] + (float)total : (float)total;
    }
}
