using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The data gradient of a strided convolution: pixels are packed once for all phases, whose sums are woven together when they are
/// stored. A part is one tile of pixels and one strip of input channels of one group.</summary>
/// <remarks>Order of the sums: blocks of <see cref="PhasePlan.BlockChannels"/> channels ascending; within a block and a phase one chain of
/// fused multiply-adds over (tap row, tap column, channel) where the phase uses every shift of the columns, else one chain over (tap
/// column, channel) for each tap row, added in order.</remarks>
internal unsafe struct PhaseProductJob : ITeamJob
{
    /// <summary>The phases.</summary>
    public PhasePlan Plan;

    /// <summary>The output's gradient, of the first group.</summary>
    public PixelSource Source;

    /// <summary>The packed weights.</summary>
    public PhasePanels Weights;

    /// <summary>dx.</summary>
    public float* Target;

    /// <summary>The tensor whose positive elements let the gradient through, laid out as the target is; null for none.</summary>
    public float* Mask;

    /// <summary>Whether dx is added to.</summary>
    public bool Accumulate;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Pixels of a tile.</summary>
    public int TilePixels;

    /// <summary>Tiles of one image, or 1 where a tile holds whole images.</summary>
    public int TilesPerImage;

    /// <summary>Tiles in all.</summary>
    public int Tiles;

    /// <summary>Rows of a strip, a multiple of a panel's.</summary>
    public int StripRows;

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
        source.Data += (nint)group * source.Channels * source.Height * source.Width;
        int first = TilesPerImage > 1
            ? (tile / TilesPerImage * source.Pixels) + (tile % TilesPerImage * TilePixels)
            : tile * TilePixels;
        int end = TilesPerImage > 1 ? ((tile / TilesPerImage) + 1) * source.Pixels : Batch * source.Pixels;
        int pixels = Math.Min(TilePixels, end - first);
        int row0 = strip * StripRows;
        int rows = Math.Min(StripRows, Weights.Rows - row0);
        if (rows <= 0 || pixels <= 0)
        {
            return;
        }

        int width = 2 * TSimd.Count;
        float* registers = scratch;
        int* offsets = (int*)(registers + TileProduct.TileElements);
        float* sliver = (float*)(offsets + ConvolutionPlan.OffsetElements);
        float* sums = sliver + ProductPlan.SliverElements;
        float* padded = sums + ProductPlan.PanelElements;
        PhaseUse* uses = stackalloc PhaseUse[PhasePlan.MaxPhases];
        Plan.Uses(uses);
        PaddedTile copy = default;
        for (int channel = 0; channel < source.Channels; channel += Plan.BlockChannels)
        {
            int channels = Math.Min(Plan.BlockChannels, source.Channels - channel);
            copy.Fill(source, first, pixels, channel * source.Taps, (channel + channels) * source.Taps, padded);
            Offsets(copy, channel * source.Taps, channels, offsets);
            float* panels = Weights.Block(group, channel);
            for (int p = 0; p < pixels; p += width)
            {
                PixelPacking.Pack(copy, offsets, source.Taps * channels, p, Math.Min(width, pixels - p), sliver, width);
                Multiply<TSimd, TVector>(
                    uses, panels, row0, rows, channels, sliver, channel == 0, sums + ((nint)p * Plan.Phases * StripRows), registers);
            }
        }

        new Span<float>(registers, width).Clear();
        PhaseWeave weave = new()
        {
            Plan = Plan,
            Uses = uses,
            Sums = sums,
            Zeros = registers,
            SumRows = StripRows,
            SumColumns = width,
            Target = Target,
            Accumulate = Accumulate,
            Mask = Mask,
            Channel0 = (group * Weights.Rows) + row0,
            Channels = rows,
        };
        weave.Store(first, pixels);
    }

    /// <summary>One block of k of every phase, for one sliver of pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply<TSimd, TVector>(
        PhaseUse* uses, float* panels, int row0, int rows, int channels, float* sliver, bool isFirst, float* sums, float* registers)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        int height = TSimd.TileRows;
        int shiftColumns = Source.TapColumns;
        for (int phase = 0; phase < Plan.Phases; phase++)
        {
            PhaseUse use = uses[phase];
            int depth = use.Count * channels;
            int runs = use.Columns == shiftColumns ? 1 : use.Rows;
            PhaseSums target = new() { Data = sums + ((nint)phase * StripRows * width), Step = width, First = isFirst };
            for (int run = 0; run < runs && depth > 0; run++)
            {
                int runDepth = depth / runs;
                float* a = panels + ((nint)row0 * depth) + ((nint)run * runDepth * height);
                float* b = sliver + ((nint)(((use.Row + run) * shiftColumns) + use.Column) * channels * width);
                TileProduct.Multiply<TSimd, TVector, PhaseSums>(
                    ref target, 0, rows, 0, width, runDepth, a, 1, height, (nint)height * depth, b, width, 0, registers);
                target.First = false;
            }

            panels += (nint)Weights.Panels * height * depth;
        }
    }

    /// <summary>Where each k lies in the copy, k being (shift, channel).</summary>
    private readonly void Offsets(in PaddedTile copy, int depth0, int channels, int* offsets)
    {
        int* shifts = stackalloc int[ProductPlan.MaxDepth];
        copy.DepthOffsets(depth0, Source.Taps, shifts);
        for (int shift = 0; shift < Source.Taps; shift++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                *offsets++ = shifts[shift] + (int)(channel * copy.ChannelStep);
            }
        }
    }
}
