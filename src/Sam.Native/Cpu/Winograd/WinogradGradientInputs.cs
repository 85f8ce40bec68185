using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Transforms a chunk of tiles for the gradient of the weights: inputs by B', gradients of outputs by A. A part is a run of rows
/// of tiles.</summary>
internal unsafe struct WinogradGradientInputs : ITeamJob, IWinogradWork
{
    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>The form.</summary>
    public WinogradForm Form;

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
    public readonly void Invoke(int part, int worker) =>
        WinogradDispatch.Run(this, Form, Width, part, (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes)));

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int imageRows = (Shape.OutHeight + TForm.Outputs - 1) / TForm.Outputs;
        int tileColumns = (Shape.OutWidth + TForm.Outputs - 1) / TForm.Outputs;
        int row = FirstTileRow + (part * PartTileRows);
        int end = Math.Min(row + PartTileRows, FirstTileRow + TileRowCount);
        while (row < end)
        {
            int image = row / imageRows;
            int tileRow = row % imageRows;
            int rows = Math.Min(imageRows - tileRow, end - row);
            Rows<TForm, TSimd, TVector>(image, tileRow, rows, (nint)(row - FirstTileRow) * tileColumns, scratch);
            row += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Rows<TForm, TSimd, TVector>(int image, int tileRow, int rows, nint tile, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int inChannels = Shape.InChannels;
        int outChannels = Shape.OutChannels;
        int tileColumns = (Shape.OutWidth + TForm.Outputs - 1) / TForm.Outputs;
        float* temporary = scratch;
        float** places = (float**)(temporary + WinogradPlan.TemporaryElements);
        float* zeros = (float*)(places + 64);
        int most = Math.Max(inChannels, outChannels);
        float* pixels = zeros + most;
        new Span<float>(zeros, most).Clear();

        int first = Math.Max(0, (TForm.Outputs * tileRow) - Shape.PaddingHeight);
        int last = Math.Min(Shape.InHeight, (TForm.Outputs * (tileRow + rows - 1)) - Shape.PaddingHeight + TForm.Inputs);
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
                    (TForm.Outputs * (tileRow + i)) - Shape.PaddingHeight, (TForm.Outputs * column) - Shape.PaddingWidth, zeros, places);
                WinogradTransforms.Input<TForm, TSimd, TVector>(places, inChannels, to, ChunkTiles * step, temporary);
            }
        }

        first = TForm.Outputs * tileRow;
        last = Math.Min(Shape.OutHeight, first + (TForm.Outputs * rows));
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
                    TForm.Outputs, pixels, first, Shape.OutHeight, Shape.OutWidth, outChannels, first + (TForm.Outputs * i), TForm.Outputs * column,
                    zeros, places);
                WinogradTransforms.Spread<TForm, TSimd, TVector>(places, outChannels, to, ChunkTiles * step, temporary);
            }
        }
    }
}
