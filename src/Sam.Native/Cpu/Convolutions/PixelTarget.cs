using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A tensor (B, C, H, W) as the target of a product: rows are channels, columns the pixels (image, row, column) of a grid.</summary>
internal unsafe struct PixelTarget : ITileTarget
{
    /// <summary>Element of the first image, channel and grid pixel.</summary>
    public float* Data;

    /// <summary>The tensor whose positive elements let the result through, laid out as the target is; null for none.</summary>
    public float* Mask;

    /// <summary>A bias for each row; null for none.</summary>
    public float* Bias;

    /// <summary>What is done after the last block.</summary>
    public Epilogue Kind;

    /// <summary>Elements from one image to the next.</summary>
    public nint ImageStep;

    /// <summary>Elements from one channel to the next.</summary>
    public nint ChannelStep;

    /// <summary>Rows of the grid.</summary>
    public int GridHeight;

    /// <summary>Columns of the grid.</summary>
    public int GridWidth;

    /// <summary>Elements from one grid row to the next.</summary>
    public int RowStep;

    /// <summary>Elements from one grid column to the next.</summary>
    public int ColumnStep;

    /// <summary>Whether the first block is added to what is there.</summary>
    public bool Accumulate;

    /// <summary>Whether this is the first block of k.</summary>
    public bool First;

    /// <summary>Whether this is the last block of k.</summary>
    public bool Last;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryDirect(int row, int column, int columns, out float* c, out nint step, out bool add)
    {
        c = null;
        step = ChannelStep;
        add = !First || Accumulate;
        if (Last && Kind != Epilogue.None)
        {
            return false;
        }

        c = Data + (row * ChannelStep) + Offset(column, out int run);
        return ColumnStep == 1 && run >= columns;
    }

    /// <inheritdoc/>
    public readonly void Finish<TSimd, TVector>(float* tile, int row, int column, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        while (columns > 0)
        {
            nint offset = (row * ChannelStep) + Offset(column, out int run);
            run = Math.Min(run, columns);
            TileFinish finish = new()
            {
                C = Data + offset,
                CStep = ChannelStep,
                CColumnStep = ColumnStep,
                Bias = Bias + row,
                Mask = Mask + offset,
                MaskStep = ChannelStep,
                Alpha = 1,
                Beta = Accumulate ? 1 : 0,
                Kind = Kind,
                First = First,
                Last = Last,
            };
            finish.Apply<TSimd, TVector>(tile, TileProduct.TileStep, rows, run);
            tile += run;
            column += run;
            columns -= run;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly nint Offset(int pixel, out int run)
    {
        int perImage = GridHeight * GridWidth;
        int image = pixel / perImage;
        int rest = pixel - (image * perImage);
        if (ColumnStep == 1 && RowStep == GridWidth)
        {
            run = perImage - rest;
            return (image * ImageStep) + rest;
        }

        int line = rest / GridWidth;
        int column = rest - (line * GridWidth);
        run = GridWidth - column;
        return (image * ImageStep) + (line * (nint)RowStep) + (column * ColumnStep);
    }
}
