using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Packs slivers of a <see cref="PixelSource"/>: im2col for a few columns, done from a padded tile with vector copies.</summary>
internal static unsafe class PixelPacking
{
    /// <summary>Elements after the slivers that packing may overwrite.</summary>
    public const int Slack = 16 * 32;

    private const int MaxWidth = 32;
    private const int Piece = 16;

    /// <summary>sliver[k * width + lane] is row k, pixel lane of the matrix: k in a block, lanes are pixels.</summary>
    /// <param name="tile">The padded tile.</param>
    /// <param name="offsets"><see cref="PaddedTile.DepthOffset"/> of each k of the block.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="pixel">First pixel, counted in the tile.</param>
    /// <param name="lanes">Valid lanes, 1 to <paramref name="width"/>.</param>
    /// <param name="sliver">The sliver.</param>
    /// <param name="width">Lanes of the sliver, at most 32.</param>
    /// <remarks>Runs of pixels are copied 16 at a time and may spill over the lanes after them, which are written next.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in PaddedTile tile, int* offsets, int depth, int pixel, int lanes, float* sliver, int width)
    {
        float** from = stackalloc float*[MaxWidth];
        int* to = stackalloc int[MaxWidth];
        int pieces = 0;
        for (int lane = 0; lane < lanes;)
        {
            from[pieces] = tile.Data + tile.PixelOffset(pixel + lane, out int run);
            to[pieces++] = lane;
            lane += Math.Min(run, Piece);
        }

        float* p0 = from[0];
        if (pieces == 2)
        {
            float* p1 = from[1];
            int t1 = to[1];
            for (int k = 0; k < depth; k++, sliver += width)
            {
                nint offset = offsets[k];
                Copy16(p0 + offset, sliver);
                Copy16(p1 + offset, sliver + t1);
            }
        }
        else if (pieces is 3 or 4)
        {
            // With three pieces the last is copied twice, to the same place.
            float* p1 = from[1];
            float* p2 = from[2];
            float* p3 = from[pieces - 1];
            int t1 = to[1];
            int t2 = to[2];
            int t3 = to[pieces - 1];
            for (int k = 0; k < depth; k++, sliver += width)
            {
                nint offset = offsets[k];
                Copy16(p0 + offset, sliver);
                Copy16(p1 + offset, sliver + t1);
                Copy16(p2 + offset, sliver + t2);
                Copy16(p3 + offset, sliver + t3);
            }
        }
        else
        {
            for (int k = 0; k < depth; k++, sliver += width)
            {
                nint offset = offsets[k];
                for (int i = 0; i < pieces; i++)
                {
                    Copy16(from[i] + offset, sliver + to[i]);
                }
            }
        }
    }

    /// <summary>sliver[p * width + lane] is row lane, pixel p of the matrix: the transpose, for the weight gradient.</summary>
    /// <param name="tile">The padded tile.</param>
    /// <param name="offsets"><see cref="PaddedTile.DepthOffset"/> of each lane; at least <paramref name="width"/>, the last valid one repeated.</param>
    /// <param name="pixels">Pixels, from the tile's first.</param>
    /// <param name="sliver">The sliver.</param>
    /// <param name="width">Lanes of the sliver, a multiple of 4.</param>
    /// <remarks>Squares may reach past a run of pixels; the pixels after it are written next.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackTransposed(in PaddedTile tile, int* offsets, int pixels, float* sliver, int width)
    {
        bool wide = Avx512F.IsSupported && width >= 16;
        for (int pixel = 0; pixel < pixels;)
        {
            float* from = tile.Data + tile.PixelOffset(pixel, out int run);
            run = Math.Min(run, pixels - pixel);
            float* to = sliver + ((nint)pixel * width);
            int done = 0;
            while (done < run)
            {
                if (wide && run - done > 4)
                {
                    for (int lane = 0; lane < width; lane += 16)
                    {
                        Transpose.Square16(from + done, offsets + lane, to + lane, width);
                    }

                    done += 16;
                    to += 16 * (nint)width;
                }
                else
                {
                    for (int lane = 0; lane < width; lane += 4)
                    {
                        Transpose.Square4(from + done, offsets + lane, to + lane, width);
                    }

                    done += 4;
                    to += 4 * (nint)width;
                }
            }

            pixel += run;
        }
    }

    /// <summary>As <see cref="Pack"/>, element by element from the source, for shapes whose padded tile would not fit.</summary>
    /// <param name="source">The source.</param>
    /// <param name="depth0">First k.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="pixel">First pixel, counted from the first image.</param>
    /// <param name="lanes">Valid lanes.</param>
    /// <param name="sliver">The sliver.</param>
    /// <param name="width">Lanes of the sliver.</param>
    public static void PackSlowly(in PixelSource source, int depth0, int depth, int pixel, int lanes, float* sliver, int width)
    {
        for (int k = 0; k < depth; k++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                sliver[((nint)k * width) + lane] = source.Element(depth0 + k, pixel + lane);
            }
        }
    }

    /// <summary>As <see cref="PackTransposed"/>, element by element from the source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="depth0">Row of the matrix for lane 0.</param>
    /// <param name="lanes">Valid lanes.</param>
    /// <param name="pixel">First pixel, counted from the first image.</param>
    /// <param name="pixels">Number of pixels.</param>
    /// <param name="sliver">The sliver.</param>
    /// <param name="width">Lanes of the sliver.</param>
    public static void PackTransposedSlowly(in PixelSource source, int depth0, int lanes, int pixel, int pixels, float* sliver, int width)
    {
        for (int p = 0; p < pixels; p++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                sliver[((nint)p * width) + lane] = source.Element(depth0 + lane, pixel + p);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(float* source, float* destination) => Vector512.Store(Vector512.Load(source), destination);
}
