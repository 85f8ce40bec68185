using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The weight gradient: output gradients times transposed pixels, k being (image, pixel). A part is one partial sum of one group
/// and one rectangle of it.</summary>
/// <remarks>Order of the sums: k is cut into blocks of <see cref="ConvolutionPlan.DepthPixels"/> pixels (whole images, or an even share of
/// one), each a chain of fused multiply-adds; blocks are added in ascending order within a partial sum, and those in ascending order by
/// <see cref="PartialSumJob"/>. All cuts depend on the shape and the batch alone.</remarks>
internal unsafe struct WeightGradientJob : ITeamJob
{
    /// <summary>The input, from its first group.</summary>
    public PixelSource Source;

    /// <summary>Elements from one group of the input to the next.</summary>
    public nint SourceGroupStep;

    /// <summary>The gradient of the output: (B, channels, pixels).</summary>
    public float* OutputGradient;

    /// <summary>Output channels of a group.</summary>
    public int Rows;

    /// <summary>Groups.</summary>
    public int Groups;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Partial sums.</summary>
    public int Partials;

    /// <summary>Images of a partial sum, a multiple of a block's.</summary>
    public int PartialImages;

    /// <summary>Pixels of a block of k.</summary>
    public int BlockPixels;

    /// <summary>Whether a padded copy of a block fits in scratch memory.</summary>
    public bool Padded;

    /// <summary>The first partial sum, or the weight gradient itself if there is only one.</summary>
    public float* Target;

    /// <summary>Elements from one partial sum to the next.</summary>
    public nint TargetStep;

    /// <summary>Factor of what the target holds: 0 or 1.</summary>
    public float Beta;

    /// <summary>Parts along the rows.</summary>
    public int GridRows;

    /// <summary>Parts along the columns.</summary>
    public int GridColumns;

    /// <summary>Rows of a part, a multiple of the panel's.</summary>
    public int PartRows;

    /// <summary>Columns of a part, a multiple of the sliver's.</summary>
    public int PartColumns;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        switch (Width)
        {
            case VectorWidth.Vector512:
                Part<Simd512, Vector512<float>>(part, scratch);
                break;
            case VectorWidth.Vector256:
                Part<Simd256, Vector256<float>>(part, scratch);
                break;
            default:
                Part<Simd128, Vector128<float>>(part, scratch);
                break;
        }
    }

    private readonly void Part<TSimd, TVector>(int part, float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int column = part % GridColumns * PartColumns;
        part /= GridColumns;
        int row = part % GridRows * PartRows;
        part /= GridRows;
        int partial = part % Partials;
        int group = part / Partials;
        PixelSource source = Source;
        source.Data += group * SourceGroupStep;
        int rows = Math.Min(PartRows, Rows - row);
        int columns = Math.Min(PartColumns, source.Depth - column);
        int image0 = partial * PartialImages;
        int images = Math.Min(PartialImages, Batch - image0);
        if (rows <= 0 || columns <= 0 || images <= 0)
        {
            return;
        }

        int pixels = source.Pixels;
        MatrixTarget target = new()
        {
            C = Target + (partial * TargetStep) + ((nint)group * Rows * source.Depth),
            Step = source.Depth,
            Alpha = 1,
            Beta = Beta,
        };
        // A block is several images, or a share of one.
        int run = BlockPixels >= pixels ? images * pixels : pixels;
        for (int start = 0; start < images * pixels; start += run)
        {
            for (int k = 0; k < run; k += BlockPixels)
            {
                int depth = Math.Min(BlockPixels, run - k);
                target.First = start == 0 && k == 0;
                target.Last = start + k + depth == images * pixels;
                Block<TSimd, TVector>(ref target, source, group, row, rows, column, columns, (image0 * pixels) + start + k, depth, scratch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block<TSimd, TVector>(
        ref MatrixTarget target,
        in PixelSource source,
        int group,
        int row,
        int rows,
        int column,
        int columns,
        int first,
        int depth,
        float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int height = TSimd.TileRows;
        int width = 2 * TSimd.Count;
        int chunk = ProductPlan.RowChunk(rows, height);
        float* registers = scratch;
        int* offsets = (int*)(registers + TileProduct.TileElements);
        float* sliver = (float*)(offsets + ConvolutionPlan.OffsetElements);
        float* panels = sliver + ProductPlan.SliverElements;
        float* padded = panels + ProductPlan.PanelElements;
        PaddedTile copy = default;
        for (int i = 0; i < rows; i += chunk)
        {
            int high = Math.Min(chunk, rows - i);
            PackRows((group * Rows) + row + i, high, first, depth, panels, height);
            for (int j = 0; j < columns; j += ConvolutionPlan.MaxColumns)
            {
                int wide = Math.Min(ConvolutionPlan.MaxColumns, columns - j);
                if (Padded)
                {
                    copy.Fill(source, first, depth, column + j, column + j + wide, padded);
                    copy.DepthOffsets(column + j, wide, offsets);
                    new Span<int>(offsets + wide, width).Fill(offsets[wide - 1]);
                }

                for (int s = 0; s < wide; s += width)
                {
                    int lanes = Math.Min(width, wide - s);
                    if (Padded)
                    {
                        PixelPacking.PackTransposed(copy, offsets + s, depth, sliver, width);
                    }
                    else
                    {
                        PixelPacking.PackTransposedSlowly(source, column + j + s, lanes, first, depth, sliver, width);
                    }

                    TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                        ref target, row + i, high, column + j + s, lanes, depth, panels, 1, height, (nint)height * depth,
                        sliver, width, 0, registers);
                }
            }
        }
    }

    private readonly void PackRows(int channel, int channels, int first, int depth, float* panels, int height)
    {
        int pixels = Source.Pixels;
        nint imageStep = (nint)Groups * Rows * pixels;
        for (int p = 0; p < channels; p += height)
        {
            float* panel = panels + ((nint)p * depth);
            for (int k = 0; k < depth;)
            {
                int image = (first + k) / pixels;
                int pixel = (first + k) % pixels;
                int run = Math.Min(pixels - pixel, depth - k);
                float* from = OutputGradient + (image * imageStep) + ((nint)(channel + p) * pixels) + pixel;
                PanelPacking.Pack(from, pixels, 1, Math.Min(height, channels - p), run, panel + ((nint)k * height), height);
                k += run;
            }
        }
    }
}
