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
    /// <param name="offsets"><see cref="PaddedTile.DepthOffsets"/> of each k of the block.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="pixel">First pixel, counted in the tile.</param>
    /// <param name="lanes">Valid lanes, 1 to <paramref name="width"/>.</param>
    /// <param name="sliver">The sliver.</param>
    /// <param name="width">Lanes of the sliver, at most 32.</param>
    /// <remarks>Runs of pixels are copied 16 at a time and may spill over the lanes after them, which are written next.</remarks>
    public static void Pack(in PaddedTile tile, int* offsets, int depth, int pixel, int lanes, float* sliver, int width)
    {
        float** from = stackalloc float*[MaxWidth];
        int* to = stackalloc int[MaxWidth];
        if (width % Piece != 0)
        {
            int pieces = Cut(tile, pixel, 0, lanes, from, to);
            Spill(offsets, depth, from, to, pieces, sliver, width);
            return;
        }

        for (int lane = 0; lane < lanes; lane += Piece)
        {
            int pieces = Cut(tile, pixel + lane, 0, Math.Min(Piece, lanes - lane), from, to);
            if (pieces <= 4)
            {
                Merge(offsets, depth, from, to, pieces, sliver + lane, width);
                continue;
            }

            // What spills over goes to lanes that are written later: all of a k before the next.
            pieces = Cut(tile, pixel, 0, lanes, from, to);
            Spill(offsets, depth, from, to, pieces, sliver, width);
            return;
        }
    }

    /// <summary>Cuts lanes into runs of pixels that lie side by side, of at most 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Cut(in PaddedTile tile, int pixel, int lane, int lanes, float** from, int* to)
    {
        int pieces = 0;
        while (lane < lanes)
        {
            from[pieces] = tile.Data + tile.PixelOffset(pixel + lane, out int run);
            to[pieces++] = lane;
            lane += Math.Min(run, Piece);
        }

        return pieces;
    }

    /// <summary>16 lanes of up to four runs, put together in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Merge(int* offsets, int depth, float** from, int* to, int pieces, float* sliver, int width)
    {
        Vector512<int> lane = Vector512<int>.Indices;
        Vector512<float> from1 = Vector512.GreaterThanOrEqual(lane, Vector512.Create(to[Math.Min(1, pieces - 1)])).AsSingle();
        Vector512<float> from2 = Vector512.GreaterThanOrEqual(lane, Vector512.Create(to[Math.Min(2, pieces - 1)])).AsSingle();
        Vector512<float> from3 = Vector512.GreaterThanOrEqual(lane, Vector512.Create(to[Math.Min(3, pieces - 1)])).AsSingle();
        float* p0 = from[0];
        float* p1 = from[Math.Min(1, pieces - 1)] - to[Math.Min(1, pieces - 1)];
        float* p2 = from[Math.Min(2, pieces - 1)] - to[Math.Min(2, pieces - 1)];
        float* p3 = from[Math.Min(3, pieces - 1)] - to[Math.Min(3, pieces - 1)];
        switch (pieces)
        {
            case 1:
                for (int k = 0; k < depth; k++, sliver += width)
                {
                    Vector512.Store(Vector512.Load(p0 + offsets[k]), sliver);
                }

                break;
            case 2:
                for (int k = 0; k < depth; k++, sliver += width)
                {
                    nint offset = offsets[k];
                    Vector512<float> value = Vector512.ConditionalSelect(from1, Vector512.Load(p1 + offset), Vector512.Load(p0 + offset));
                    Vector512.Store(value, sliver);
                }

                break;
            case 3:
                for (int k = 0; k < depth; k++, sliver += width)
                {
                    nint offset = offsets[k];
                    Vector512<float> value = Vector512.ConditionalSelect(from1, Vector512.Load(p1 + offset), Vector512.Load(p0 + offset));
                    Vector512.Store(Vector512.ConditionalSelect(from2, Vector512.Load(p2 + offset), value), sliver);
                }

                break;
            default:
                for (int k = 0; k < depth; k++, sliver += width)
                {
                    nint offset = offsets[k];
                    Vector512<float> value = Vector512.ConditionalSelect(from1, Vector512.Load(p1 + offset), Vector512.Load(p0 + offset));
                    value = Vector512.ConditionalSelect(from2, Vector512.Load(p2 + offset), value);
                    Vector512.Store(Vector512.ConditionalSelect(from3, Vector512.Load(p3 + offset), value), sliver);
                }

                break;
        }
    }

    /// <summary>Runs copied one after the other, 16 elements each: what spills over a run's end is written next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spill(int* offsets, int depth, float** from, int* to, int pieces, float* sliver, int width)
    {
        for (int k = 0; k < depth; k++, sliver += width)
        {
            nint offset = offsets[k];
            for (int i = 0; i < pieces; i++)
            {
                Vector512.Store(Vector512.Load(from[i] + offset), sliver + to[i]);
            }
        }
    }

    /// <summary>sliver[p * width + lane] is row lane, pixel p of the matrix: the transpose, for the weight gradient.</summary>
    /// <param name="tile">The padded tile.</param>
    /// <param name="offsets"><see cref="PaddedTile.DepthOffsets"/> of each lane; at least <paramref name="width"/>, the last valid one repeated.</param>
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
}
