using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>A convolution of stride 1 through <see cref="IWinogradForm"/>: 2 by 2 outputs at a time. A part is a run of images, or of
/// rows of tiles of one.</summary>
/// <remarks>Order of the sums: for each product of a tile, blocks of <see cref="WinogradPlan.DepthBlock"/> channels, each a chain of
/// fused multiply-adds from 0, added in ascending order; the transforms add in the order of the form, columns before rows. A value that
/// is not finite reaches every output of the tiles that read it. Error: on values of one size less than four times that of the direct
/// sum, as the root of the mean square.</remarks>
internal unsafe struct WinogradJob : ITeamJob
{
    /// <summary>The tensor (B, channels, height, width) that is convolved.</summary>
    public float* Source;

    /// <summary>Channels of the source, a multiple of 16.</summary>
    public int Channels;

    /// <summary>Rows of the source.</summary>
    public int Height;

    /// <summary>Columns of the source.</summary>
    public int Width;

    /// <summary>Rows of zeros above the source.</summary>
    public int PaddingRows;

    /// <summary>Columns of zeros left of the source.</summary>
    public int PaddingColumns;

    /// <summary>The transformed weights, whose lanes are the channels of the result, a multiple of 16.</summary>
    public WinogradWeights Weights;

    /// <summary>Receives the result (B, channels, height, width).</summary>
    public float* Target;

    /// <summary>Rows of the result.</summary>
    public int OutHeight;

    /// <summary>Columns of the result.</summary>
    public int OutWidth;

    /// <summary>A bias for each channel of the result; null for none.</summary>
    public float* Bias;

    /// <summary>Whether results below 0 become 0.</summary>
    public bool Relu;

    /// <summary>The tensor whose positive elements let the result through, laid out as the result is; null for none.</summary>
    public float* Mask;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Images of a part.</summary>
    public int PartImages;

    /// <summary>Rows of tiles of a part.</summary>
    public int PartTileRows;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <summary>Parts of an image, or 1.</summary>
    public readonly int PartsPerImage => (TileRows + PartTileRows - 1) / PartTileRows;

    /// <summary>Parts.</summary>
    public readonly int Parts => PartsPerImage * ((Batch + PartImages - 1) / PartImages);

    private readonly int TileRows => (OutHeight + 1) / 2;

    private readonly int TileColumns => (OutWidth + 1) / 2;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        switch (Weights.Width)
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
        if (Weights.Taps == 3)
        {
            Part<Winograd3, TSimd, TVector>(part, scratch);
        }
        else
        {
            Part<Winograd5, TSimd, TVector>(part, scratch);
        }
    }

    private readonly void Part<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int image0 = part / PartsPerImage * PartImages;
        int images = Math.Min(PartImages, Batch - image0);
        int tileRow0 = part % PartsPerImage * PartTileRows;
        int tileRows = Math.Min(PartTileRows, TileRows - tileRow0);
        int tiles = images * tileRows * TileColumns;
        int first = Math.Max(0, (2 * tileRow0) - PaddingRows);
        int last = Math.Min(Height, (2 * (tileRow0 + tileRows - 1)) - PaddingRows + TForm.Inputs);
        int outRows = Math.Min(2 * tileRows, OutHeight - (2 * tileRow0));

        float* registers = scratch;
        float* temporary = registers + TileProduct.TileElements;
        float** inputs = (float**)(temporary + WinogradPlan.TemporaryElements);
        float* zeros = (float*)(inputs + 64);
        float* pixels = zeros + Channels;
        nint imagePixels = (nint)(last - first) * Width;
        float* transformed = pixels + (images * imagePixels * Channels);
        nint step = Channels + WinogradPlan.RowGap;
        float* products = transformed + (TForm.Products * TForm.Products * tiles * step);
        int width = 2 * TSimd.Count;
        int group = WinogradPlan.TileGroup(TForm.Products * TForm.Products, width, tiles);
        float* result = products + ((nint)TForm.Products * TForm.Products * group * width);

        new Span<float>(zeros, Channels).Clear();
        nint plane = (nint)Height * Width;
        for (int image = 0; image < images; image++)
        {
            float* from = Source + ((image0 + image) * Channels * plane) + ((nint)first * Width);
            float* to = pixels + (image * imagePixels * Channels);
            ChannelsLast.Transposed(from, plane, Channels, (int)imagePixels, to, Channels);
            int tile = image * tileRows * TileColumns;
            for (int row = 0; row < tileRows; row++)
            {
                for (int column = 0; column < TileColumns; column++, tile++)
                {
                    WinogradTransforms.Locate(
                        TForm.Inputs, to, first, Height, Width, Channels,
                        (2 * (tileRow0 + row)) - PaddingRows, (2 * column) - PaddingColumns, zeros, inputs);
                    WinogradTransforms.Input<TForm, TSimd, TVector>(inputs, Channels, transformed + (tile * step), tiles * step, temporary);
                }
            }
        }

        for (int sliver = 0; sliver < Weights.Slivers; sliver++)
        {
            for (int tile = 0; tile < tiles; tile += group)
            {
                int rows = Math.Min(group, tiles - tile);
                Multiply<TForm, TSimd, TVector>(sliver, transformed + (tile * step), tiles * step, rows, products, registers);
                Gather<TForm, TSimd, TVector>(sliver, tile, rows, tileRows, outRows, products, result, temporary);
            }

            for (int image = 0; image < images; image++)
            {
                Put<TSimd, TVector>(sliver, image0 + image, 2 * tileRow0, outRows, result + ((nint)image * outRows * OutWidth * width));
            }
        }
    }

    /// <summary>The products of a run of tiles for one sliver: products[(e * rows + tile) * lanes + lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply<TForm, TSimd, TVector>(
        int sliver, float* transformed, nint matrix, int rows, float* products, float* registers)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        nint step = Channels + WinogradPlan.RowGap;
        MatrixTarget target = new() { C = products, Step = width, Alpha = 1 };
        float* weights = Weights.Packed + ((nint)sliver * Channels * width);
        for (int product = 0; product < TForm.Products * TForm.Products; product++)
        {
            for (int k = 0; k < Channels; k += WinogradPlan.DepthBlock)
            {
                int depth = Math.Min(WinogradPlan.DepthBlock, Channels - k);
                target.First = k == 0;
                target.Last = k + depth == Channels;
                TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                    ref target, 0, rows, 0, width, depth, transformed + k, step, 1, TSimd.TileRows * step,
                    weights + ((nint)k * width), width, 0, registers);
            }

            transformed += matrix;
            weights += (nint)Weights.Slivers * Channels * width;
            target.C += rows * width;
        }
    }

    /// <summary>From products to pixels of channels: result[pixel * lanes + lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather<TForm, TSimd, TVector>(
        int sliver, int tile0, int count, int tileRows, int outRows, float* products, float* result, float* temporary)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        for (int i = 0; i < count; i++)
        {
            int tile = tile0 + i;
            int image = tile / (tileRows * TileColumns);
            int row = 2 * (tile / TileColumns % tileRows);
            int column = 2 * (tile % TileColumns);
            int high = Math.Min(2, outRows - row);
            int wide = Math.Min(2, OutWidth - column);
            float* to = result + (((((nint)image * outRows) + row) * OutWidth) + column) * width;
            for (int lane = 0; lane < width && (sliver * width) + lane < Weights.Lanes; lane += TSimd.Count)
            {
                WinogradTransforms.Output<TForm, TSimd, TVector>(products + (i * width) + lane, (nint)count * width, temporary);
                TVector bias = Bias is null ? TSimd.Zero : TSimd.Load(Bias + (sliver * width) + lane);
                for (int y = 0; y < high; y++)
                {
                    for (int x = 0; x < wide; x++)
                    {
                        TVector value = TSimd.Load(temporary + (((2 * y) + x) * TSimd.Count));
                        value = Bias is null ? value : TSimd.Add(value, bias);
                        TSimd.Store(Relu ? TSimd.Rectify(value) : value, to + (((y * (nint)OutWidth) + x) * width) + lane);
                    }
                }
            }
        }
    }

    /// <summary>From pixels of channels to the planes of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Put<TSimd, TVector>(int sliver, int image, int row, int rows, float* result)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        int lanes = Math.Min(width, Weights.Lanes - (sliver * width));
        int count = rows * OutWidth;
        nint plane = (nint)OutHeight * OutWidth;
        nint start = ((((nint)image * Weights.Lanes) + (sliver * width)) * plane) + ((nint)row * OutWidth);
        ChannelsLast.Transposed(result, width, count, lanes, Target + start, plane);
        for (int lane = 0; Mask is not null && lane < lanes; lane++)
        {
            float* to = Target + start + (lane * plane);
            float* mask = Mask + start + (lane * plane);
            int i = 0;
            for (; i <= count - TSimd.Count; i += TSimd.Count)
            {
                TSimd.Store(TSimd.KeepWherePositive(TSimd.Load(mask + i), TSimd.Load(to + i)), to + i);
            }

            for (; i < count; i++)
            {
                to[i] = mask[i] > 0 ? to[i] : 0f;
            }
        }
    }
}
