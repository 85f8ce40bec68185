using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A convolution of stride 1 through <see cref="IWinogradForm"/>, 2 by 2 or 4 by 4 outputs at a time: its tensors, and the way from
/// inputs to tiles and from products of tiles to outputs.</summary>
/// <remarks>The transforms add in the order of the form, columns before rows. A value that is not finite reaches every output of the tiles
/// that read it. Error: on values of one size less than four times that of a loop in single precision, as the root of the mean
/// square.</remarks>
internal unsafe struct WinogradLayer
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

    /// <summary>Whether the result is added to.</summary>
    public bool Accumulate;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Rows of tiles of an image.</summary>
    public readonly int TileRows => (OutHeight + Outputs - 1) / Outputs;

    /// <summary>Tiles of a row.</summary>
    public readonly int TileColumns => (OutWidth + Outputs - 1) / Outputs;

    private readonly int Outputs => WinogradPlan.Outputs(Weights.Form);

    /// <summary>Elements of scratch memory of <see cref="Transform"/>.</summary>
    /// <param name="rows">Rows of tiles.</param>
    /// <param name="taps">Taps of one dimension.</param>
    /// <returns>The elements.</returns>
    public readonly long TransformElements(int rows, int taps) =>
        WinogradPlan.TemporaryElements + 128 + Channels + ((((long)Outputs * rows) + taps - 1) * Width * Channels);

    /// <summary>Transforms rows of tiles of one image: product e of tile t at e * matrix + t * (channels + gap).</summary>
    /// <param name="image">The image.</param>
    /// <param name="tileRow">First row of tiles.</param>
    /// <param name="tileRows">Rows of tiles.</param>
    /// <param name="transformed">Place of product 0 of the first tile.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    /// <param name="scratch">Room for <see cref="TransformElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Transform<TForm, TSimd, TVector>(
        int image, int tileRow, int tileRows, float* transformed, nint matrix, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* temporary = scratch;
        float** inputs = (float**)(temporary + WinogradPlan.TemporaryElements);
        float* zeros = (float*)(inputs + 64);
        float* pixels = zeros + Channels;
        new Span<float>(zeros, Channels).Clear();
        int firstOut = TForm.Outputs * tileRow;
        int first = Math.Max(0, firstOut - PaddingRows);
        int last = Math.Min(Height, firstOut + (TForm.Outputs * (tileRows - 1)) - PaddingRows + TForm.Inputs);
        int tileColumns = TileColumns;
        nint plane = (nint)Height * Width;
        float* from = Source + (image * Channels * plane) + ((nint)first * Width);
        ChannelsLast.Transposed(from, plane, Channels, (last - first) * Width, pixels, Channels);
        for (int row = 0; row < tileRows; row++)
        {
            for (int column = 0; column < tileColumns; column++, transformed += Channels + WinogradPlan.RowGap)
            {
                WinogradTransforms.Locate(
                    TForm.Inputs, pixels, first, Height, Width, Channels,
                    firstOut + (TForm.Outputs * row) - PaddingRows, (TForm.Outputs * column) - PaddingColumns, zeros, inputs);
                WinogradTransforms.Input<TForm, TSimd, TVector>(inputs, Channels, transformed, matrix, temporary);
            }
        }
    }

    /// <summary>From products to pixels of channels: result[pixel * lanes + lane].</summary>
    /// <param name="sliver">Sliver of lanes.</param>
    /// <param name="tile0">First tile, counted from the first that <paramref name="result"/> has pixels of.</param>
    /// <param name="count">Tiles.</param>
    /// <param name="tileRows">Rows of tiles of an image that <paramref name="result"/> has.</param>
    /// <param name="outRows">Rows of pixels of an image that it has.</param>
    /// <param name="products">Product e of the tiles at e * count * lanes.</param>
    /// <param name="result">Receives the pixels of one or more images.</param>
    /// <param name="temporary">Room for <see cref="WinogradPlan.TemporaryElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Gather<TForm, TSimd, TVector>(
        int sliver, int tile0, int count, int tileRows, int outRows, float* products, float* result, float* temporary)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        int tileColumns = TileColumns;
        for (int i = 0; i < count; i++)
        {
            int tile = tile0 + i;
            int image = tile / (tileRows * tileColumns);
            int row = TForm.Outputs * (tile / tileColumns % tileRows);
            int column = TForm.Outputs * (tile % tileColumns);
            int high = Math.Min(TForm.Outputs, outRows - row);
            int wide = Math.Min(TForm.Outputs, OutWidth - column);
            float* to = result + (((((nint)image * outRows) + row) * OutWidth) + column) * width;
            for (int lane = 0; lane < width && (sliver * width) + lane < Weights.Lanes; lane += TSimd.Count)
            {
                WinogradTransforms.Output<TForm, TSimd, TVector>(products + (i * width) + lane, (nint)count * width, temporary);
                TVector bias = Bias is null ? TSimd.Zero : TSimd.Load(Bias + (sliver * width) + lane);
                for (int y = 0; y < high; y++)
                {
                    for (int x = 0; x < wide; x++)
                    {
                        TVector value = TSimd.Load(temporary + (((TForm.Outputs * y) + x) * TSimd.Count));
                        value = Bias is null ? value : TSimd.Add(value, bias);
                        TSimd.Store(Relu ? TSimd.Rectify(value) : value, to + (((y * (nint)OutWidth) + x) * width) + lane);
                    }
                }
            }
        }
    }

    /// <summary>From pixels of channels to the planes of the result.</summary>
    /// <param name="sliver">Sliver of lanes.</param>
    /// <param name="image">The image.</param>
    /// <param name="row">First row of pixels.</param>
    /// <param name="rows">Rows of pixels.</param>
    /// <param name="result">What <see cref="Gather"/> made for the image.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Put<TSimd, TVector>(int sliver, int image, int row, int rows, float* result)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        int lanes = Math.Min(width, Weights.Lanes - (sliver * width));
        int count = rows * OutWidth;
        nint plane = (nint)OutHeight * OutWidth;
        nint start = ((((nint)image * Weights.Lanes) + (sliver * width)) * plane) + ((nint)row * OutWidth);
        if (Accumulate)
        {
            for (int i = 0; i < count; i += TSimd.Count)
            {
                Add<TSimd, TVector>(result + ((nint)i * width), Math.Min(TSimd.Count, count - i), lanes, start + i, plane);
            }

            return;
        }

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

    /// <summary>Adds a vector's pixels of all lanes to the result.</summary>
    private readonly void Add<TSimd, TVector>(float* result, int count, int lanes, nint start, nint plane)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* rows = stackalloc float[32 * 16];
        ChannelsLast.Transposed(result, 2 * TSimd.Count, count, lanes, rows, TSimd.Count);
        for (int lane = 0; lane < lanes; lane++, rows += TSimd.Count, start += plane)
        {
            float* to = Target + start;
            float* mask = Mask is null ? null : Mask + start;
            if (count == TSimd.Count)
            {
                TVector sum = TSimd.Add(TSimd.Load(to), TSimd.Load(rows));
                TSimd.Store(mask is null ? sum : TSimd.KeepWherePositive(TSimd.Load(mask), sum), to);
                continue;
            }

            for (int i = 0; i < count; i++) to[i] = mask is null || mask[i] > 0 ? to[i] + rows[i] : 0f;
        }
    }
}
