using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Transforms a chunk of tiles for the gradient of the weights: inputs by B', gradients of outputs by A. A part is a run of rows
/// of tiles.</summary>
internal unsafe struct WinogradGradientInputs : ITeamJob
{
    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>The input x.</summary>
    public float* Input;

    /// <summary>The gradient of the output.</summary>
    public float* OutputGradient;

    /// <summary>Receives product e, tile, channel of the input at (e * ChunkTiles + tile) * (channels + gap) + channel.</summary>
    public float* Inputs;

    /// <summary>Receives the same of the gradient.</summary>
    public float* Gradients;

    /// <summary>First row of tiles of the chunk, counted from the first image.</summary>
    public int FirstTileRow;

    /// <summary>Rows of tiles of the chunk.</summary>
    public int TileRowCount;

    /// <summary>Rows of tiles of a part.</summary>
    public int PartTileRows;

    /// <summary>Tiles of a whole chunk.</summary>
    public int ChunkTiles;

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
        int imageRows = (Shape.OutHeight + 1) / 2;
        int row = FirstTileRow + (part * PartTileRows);
        int end = Math.Min(row + PartTileRows, FirstTileRow + TileRowCount);
        while (row < end)
        {
            int image = row / imageRows;
            int tileRow = row % imageRows;
            int rows = Math.Min(imageRows - tileRow, end - row);
            nint tile = (nint)(row - FirstTileRow) * ((Shape.OutWidth + 1) / 2);
            if (Shape.KernelHeight == 3)
            {
                Rows<Winograd3, TSimd, TVector>(image, tileRow, rows, tile, scratch);
            }
            else
            {
                Rows<Winograd5, TSimd, TVector>(image, tileRow, rows, tile, scratch);
            }

            row += rows;
        }
    }

    /// <summary>Rows of tiles of one image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Rows<TForm, TSimd, TVector>(int image, int tileRow, int rows, nint tile, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int inChannels = Shape.InChannels;
        int outChannels = Shape.OutChannels;
        int tileColumns = (Shape.OutWidth + 1) / 2;
        float* temporary = scratch;
        float** places = (float**)(temporary + WinogradPlan.TemporaryElements);
        float* zeros = (float*)(places + 64);
        int most = Math.Max(inChannels, outChannels);
        float* pixels = zeros + most;
        new Span<float>(zeros, most).Clear();

        int first = Math.Max(0, (2 * tileRow) - Shape.PaddingHeight);
        int last = Math.Min(Shape.InHeight, (2 * (tileRow + rows - 1)) - Shape.PaddingHeight + TForm.Inputs);
        nint plane = (nint)Shape.InHeight * Shape.InWidth;
        float* from = Input + (image * inChannels * plane) + ((nint)first * Shape.InWidth);
        ChannelsLast.Transposed(from, plane, inChannels, (last - first) * Shape.InWidth, pixels, inChannels);
        nint step = inChannels + WinogradPlan.RowGap;
        float* to = Inputs + (tile * step);
        for (int i = 0; i < rows; i++)
        {
            for (int column = 0; column < tileColumns; column++, to += step)
            {
                WinogradTransforms.Locate(
                    TForm.Inputs, pixels, first, Shape.InHeight, Shape.InWidth, inChannels,
                    (2 * (tileRow + i)) - Shape.PaddingHeight, (2 * column) - Shape.PaddingWidth, zeros, places);
                WinogradTransforms.Input<TForm, TSimd, TVector>(places, inChannels, to, ChunkTiles * step, temporary);
            }
        }

        first = 2 * tileRow;
        last = Math.Min(Shape.OutHeight, first + (2 * rows));
        plane = (nint)Shape.OutHeight * Shape.OutWidth;
        from = OutputGradient + (image * outChannels * plane) + ((nint)first * Shape.OutWidth);
        ChannelsLast.Transposed(from, plane, outChannels, (last - first) * Shape.OutWidth, pixels, outChannels);
        step = outChannels + WinogradPlan.RowGap;
        to = Gradients + (tile * step);
        for (int i = 0; i < rows; i++)
        {
            for (int column = 0; column < tileColumns; column++, to += step)
            {
                WinogradTransforms.Locate(
                    2, pixels, first, Shape.OutHeight, Shape.OutWidth, outChannels, first + (2 * i), 2 * column, zeros, places);
                WinogradTransforms.Spread<TForm, TSimd, TVector>(places, outChannels, to, ChunkTiles * step, temporary);
            }
        }
    }
}
