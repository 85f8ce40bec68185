using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The transforms of tiles in two dimensions: along the columns, then along the rows, a vector of channels at a time.</summary>
internal static unsafe class WinogradTransforms
{
    /// <summary>Elements of room for <see cref="Fold"/>.</summary>
    public const int FoldElements = (2 * 32 * 16) + WinogradPlan.TemporaryElements;

    /// <summary>Transforms the inputs of one tile for all channels.</summary>
    /// <param name="from">Where the channels of each input lie: row by row.</param>
    /// <param name="channels">Channels, a multiple of the vector's.</param>
    /// <param name="to">Receives the channels of product 0.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    /// <param name="temporary">Room for <see cref="WinogradPlan.TemporaryElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<TForm, TSimd, TVector>(float** from, int channels, float* to, nint matrix, float* temporary)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        for (int c = 0; c < channels; c += TSimd.Count)
        {
            float** row = from;
            for (int i = 0; i < TForm.Inputs; i++, row += TForm.Inputs)
            {
                TForm.Input<TSimd, TVector>(
                    TSimd.Load(row[0] + c),
                    TSimd.Load(row[1] + c),
                    TSimd.Load(row[2] + c),
                    TSimd.Load(row[3] + c),
                    TForm.Inputs > 4 ? TSimd.Load(row[4] + c) : TSimd.Zero,
                    TForm.Inputs > 4 ? TSimd.Load(row[5] + c) : TSimd.Zero,
                    temporary + (i * TSimd.Count),
                    TForm.Inputs * TSimd.Count);
            }

            float* column = temporary;
            for (int j = 0; j < TForm.Products; j++, column += TForm.Inputs * TSimd.Count)
            {
                TForm.Input<TSimd, TVector>(
                    TSimd.Load(column),
                    TSimd.Load(column + TSimd.Count),
                    TSimd.Load(column + (2 * TSimd.Count)),
                    TSimd.Load(column + (3 * TSimd.Count)),
                    TForm.Inputs > 4 ? TSimd.Load(column + (4 * TSimd.Count)) : TSimd.Zero,
                    TForm.Inputs > 4 ? TSimd.Load(column + (5 * TSimd.Count)) : TSimd.Zero,
                    to + (j * matrix) + c,
                    TForm.Products * matrix);
            }
        }
    }

    /// <summary>Gathers the products of one tile into its outputs, for one vector of channels.</summary>
    /// <param name="from">The vector of product 0.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    /// <param name="temporary">Room for <see cref="WinogradPlan.TemporaryElements"/> elements; begins with the outputs afterwards, row by
    /// row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<TForm, TSimd, TVector>(float* from, nint matrix, float* temporary)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* lines = temporary + (TForm.Outputs * TForm.Outputs * TSimd.Count);
        for (int i = 0; i < TForm.Products; i++, from += TForm.Products * matrix)
        {
            Line<TForm, TSimd, TVector>(from, matrix, lines + (i * TSimd.Count), TForm.Products * TSimd.Count);
        }

        for (int j = 0; j < TForm.Outputs; j++, lines += TForm.Products * TSimd.Count)
        {
            Line<TForm, TSimd, TVector>(lines, TSimd.Count, temporary + (j * TSimd.Count), TForm.Outputs * TSimd.Count);
        }
    }

    /// <summary>Spreads the gradients of one tile's outputs over its products, for all channels.</summary>
    /// <param name="from">Where the channels of each output lie: row by row.</param>
    /// <param name="channels">Channels, a multiple of the vector's.</param>
    /// <param name="to">Receives the channels of product 0.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    /// <param name="temporary">Room for <see cref="WinogradPlan.TemporaryElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<TForm, TSimd, TVector>(float** from, int channels, float* to, nint matrix, float* temporary)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        for (int c = 0; c < channels; c += TSimd.Count)
        {
            float** row = from;
            for (int i = 0; i < TForm.Outputs; i++, row += TForm.Outputs)
            {
                TForm.Spread<TSimd, TVector>(
                    TSimd.Load(row[0] + c),
                    TSimd.Load(row[1] + c),
                    TForm.Outputs > 2 ? TSimd.Load(row[2] + c) : TSimd.Zero,
                    TForm.Outputs > 2 ? TSimd.Load(row[3] + c) : TSimd.Zero,
                    temporary + (i * TSimd.Count),
                    TForm.Outputs * TSimd.Count);
            }

            float* column = temporary;
            for (int j = 0; j < TForm.Products; j++, column += TForm.Outputs * TSimd.Count)
            {
                TForm.Spread<TSimd, TVector>(
                    TSimd.Load(column),
                    TSimd.Load(column + TSimd.Count),
                    TForm.Outputs > 2 ? TSimd.Load(column + (2 * TSimd.Count)) : TSimd.Zero,
                    TForm.Outputs > 2 ? TSimd.Load(column + (3 * TSimd.Count)) : TSimd.Zero,
                    to + (j * matrix) + c,
                    TForm.Products * matrix);
            }
        }
    }

    /// <summary>Folds sums of products into the gradient of the taps, for one vector of channels.</summary>
    /// <param name="from">The vector of product 0.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    /// <param name="to">Receives the taps of each channel, channel by channel.</param>
    /// <param name="accumulate">Whether they are added to what is there.</param>
    /// <param name="room">Room for <see cref="FoldElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fold<TForm, TSimd, TVector>(float* from, nint matrix, float* to, bool accumulate, float* room)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int taps = TForm.Taps * TForm.Taps;
        float* folded = room;
        float* rows = folded + (32 * 16);
        float* temporary = rows + (32 * 16);
        for (int i = 0; i < TForm.Products; i++, from += TForm.Products * matrix)
        {
            FoldLine<TForm, TSimd, TVector>(from, matrix, temporary + (i * TSimd.Count), TForm.Products * TSimd.Count);
        }

        for (int j = 0; j < TForm.Taps; j++, temporary += TForm.Products * TSimd.Count)
        {
            FoldLine<TForm, TSimd, TVector>(temporary, TSimd.Count, folded + (j * TSimd.Count), TForm.Taps * TSimd.Count);
        }

        ChannelsLast.Transposed(folded, TSimd.Count, TForm.Taps == 3 && TSimd.Count == 16 ? 16 : taps, TSimd.Count, rows, 32);
        for (int lane = 0; lane < TSimd.Count; lane++, to += taps) Put(rows + (lane * 32), taps, to, accumulate);
    }

    /// <summary>Where the channels of each pixel of a square lie.</summary>
    /// <param name="side">Rows and columns of the square.</param>
    /// <param name="pixels">Channels of the pixels of some rows of an image.</param>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="row">First row of the square; may be outside, as its others may.</param>
    /// <param name="column">First column of the square.</param>
    /// <param name="zeros">The channels of a pixel outside of the image.</param>
    /// <param name="inputs">Receives the places, row by row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Locate(
        int side, float* pixels, int firstRow, int height, int width, int channels, int row, int column, float* zeros, float** inputs)
    {
        for (int i = 0; i < side; i++)
        {
            bool inside = (uint)(row + i) < (uint)height;
            float* line = pixels + (((((nint)row + i - firstRow) * width) + column) * channels);
            for (int j = 0; j < side; j++, line += channels)
            {
                *inputs++ = inside && (uint)(column + j) < (uint)width ? line : zeros;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* from, int count, float* to, bool accumulate)
    {
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector256<float> value = Vector256.Load(from + i);
            Vector256.Store(accumulate ? Vector256.Load(to + i) + value : value, to + i);
        }

        for (; i < count; i++)
        {
            to[i] = accumulate ? to[i] + from[i] : from[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FoldLine<TForm, TSimd, TVector>(float* from, nint step, float* to, nint toStep)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TForm.Fold<TSimd, TVector>(
            TSimd.Load(from),
            TSimd.Load(from + step),
            TSimd.Load(from + (2 * step)),
            TSimd.Load(from + (3 * step)),
            TForm.Products > 4 ? TSimd.Load(from + (4 * step)) : TSimd.Zero,
            TForm.Products > 4 ? TSimd.Load(from + (5 * step)) : TSimd.Zero,
            to,
            toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line<TForm, TSimd, TVector>(float* from, nint step, float* to, nint toStep)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TForm.Output<TSimd, TVector>(
            TSimd.Load(from),
            TSimd.Load(from + step),
            TSimd.Load(from + (2 * step)),
            TSimd.Load(from + (3 * step)),
            TForm.Products > 4 ? TSimd.Load(from + (4 * step)) : TSimd.Zero,
            TForm.Products > 4 ? TSimd.Load(from + (5 * step)) : TSimd.Zero,
            to,
            toStep);
    }
}
