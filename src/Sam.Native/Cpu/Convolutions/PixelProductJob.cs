using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Weights times pixels: the forward convolution and its data gradient. A part is one tile of pixels and one strip of channels
/// of one group.</summary>
/// <remarks>Order of the sums as in <see cref="MatrixProduct"/>, with k = (channel, tap row, tap column).</remarks>
internal unsafe struct PixelProductJob : ITeamJob
{
    /// <summary>What is multiplied, from its first group.</summary>
    public PixelSource Source;

    /// <summary>Elements from one group of the source to the next.</summary>
    public nint SourceGroupStep;

    /// <summary>Where the result goes, from its first group.</summary>
    public PixelTarget Target;

    /// <summary>The packed weights.</summary>
    public WeightPanels Weights;

    /// <summary>Whether the weights are read where they are: their k lie side by side, and pixels are too few to pay for packing.</summary>
    public bool InPlace;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Pixels of a tile.</summary>
    public int TilePixels;

    /// <summary>Tiles of one image, or 1 where a tile holds whole images.</summary>
    public int TilesPerImage;

    /// <summary>Tiles in all.</summary>
    public int Tiles;

    /// <summary>Whether tiles are copied with their padding.</summary>
    public bool Padded;

    /// <summary>Panels of a strip of channels.</summary>
    public int StripPanels;

    /// <summary>Strips of a group.</summary>
    public int Strips;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        // Strips outermost: the threads that pack their weights are those that use them.
        int tile = part % Tiles;
        int strip = part / Tiles % Strips;
        int group = part / Tiles / Strips;
        switch (Width)
        {
            case VectorWidth.Vector512:
                Part<Simd512, Vector512<float>>(group, tile, strip, scratch);
                break;
            case VectorWidth.Vector256:
                Part<Simd256, Vector256<float>>(group, tile, strip, scratch);
                break;
            default:
                Part<Simd128, Vector128<float>>(group, tile, strip, scratch);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Part<TSimd, TVector>(int group, int tile, int strip, float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        PixelSource source = Source;
        source.Data += group * SourceGroupStep;
        PixelTarget target = Target;
        int groupRows = Weights.Rows;
        target.Data += group * groupRows * target.ChannelStep;
        target.Mask += target.Mask is null ? 0 : group * groupRows * target.ChannelStep;
        target.Bias += target.Bias is null ? 0 : group * groupRows;
        int first = TilesPerImage > 1
            ? (tile / TilesPerImage * source.Pixels) + (tile % TilesPerImage * TilePixels)
            : tile * TilePixels;
        int end = TilesPerImage > 1 ? ((tile / TilesPerImage) + 1) * source.Pixels : Batch * source.Pixels;
        int pixels = Math.Min(TilePixels, end - first);
        int height = TSimd.TileRows;
        int width = 2 * TSimd.Count;
        int panel0 = strip * StripPanels;
        int row0 = panel0 * height;
        int rows = Math.Min(StripPanels * height, groupRows - row0);
        if (rows <= 0 || pixels <= 0)
        {
            return;
        }

        float* registers = scratch;
        int* offsets = (int*)(registers + TileProduct.TileElements);
        float* sliver = (float*)(offsets + ConvolutionPlan.OffsetElements);
        float* padded = sliver + ProductPlan.SliverElements;
        PaddedTile copy = default;
        int block = ProductPlan.DepthBlock(Weights.Depth);
        for (int k = 0; k < Weights.Depth; k += block)
        {
            int depth = Math.Min(block, Weights.Depth - k);
            target.First = k == 0;
            target.Last = k + depth == Weights.Depth;
            if (Padded)
            {
                copy.Fill(source, first, pixels, k, k + depth, padded);
                copy.DepthOffsets(k, depth, offsets);
            }

            float* panels = InPlace
                ? Weights.Weights + (group * Weights.GroupStep) + (row0 * Weights.RowStep) + Weights.TapStart + k
                : Weights.Block(group, k) + ((nint)row0 * depth);
            nint rowStep = InPlace ? Weights.RowStep : 1;
            nint depthStep = InPlace ? 1 : height;
            nint panelStep = height * (InPlace ? rowStep : depth);
            for (int p = 0; p < pixels; p += width)
            {
                int lanes = Math.Min(width, pixels - p);
                if (Padded)
                {
                    PixelPacking.Pack(copy, offsets, depth, p, lanes, sliver, width);
                }
                else
                {
                    PixelPacking.PackSlowly(source, k, depth, first + p, lanes, sliver, width);
                }

                TileProduct.Multiply<TSimd, TVector, PixelTarget>(
                    ref target, row0, rows, first + p, lanes, depth, panels, rowStep, depthStep, panelStep, sliver, width, 0, registers);
            }
        }
    }
}
