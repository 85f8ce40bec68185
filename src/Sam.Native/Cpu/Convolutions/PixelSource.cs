namespace Sam.Native.Cpu;

/// <summary>A tensor (B, C, H, W) seen as the matrix that a convolution multiplies: rows are (channel, tap row, tap column), columns are
/// the pixels (image, row, column) of a grid.</summary>
/// <remarks>Element ((c, t, u), (b, i, j)) is the source at row i * StrideRows + RowStart + t * RowStep and column
/// j * StrideColumns + ColumnStart + u * ColumnStep of channel c of image b, or 0 outside. Forward and data gradient differ only in
/// these numbers.</remarks>
internal unsafe struct PixelSource
{
    /// <summary>The first image's first channel of the group.</summary>
    public float* Data;

    /// <summary>Elements from one image to the next.</summary>
    public nint ImageStep;

    /// <summary>Channels of the group.</summary>
    public int Channels;

    /// <summary>Rows of the source.</summary>
    public int Height;

    /// <summary>Columns of the source.</summary>
    public int Width;

    /// <summary>Rows of the grid.</summary>
    public int GridHeight;

    /// <summary>Columns of the grid.</summary>
    public int GridWidth;

    /// <summary>Source rows from one grid row to the next.</summary>
    public int StrideRows;

    /// <summary>Source columns from one grid column to the next.</summary>
    public int StrideColumns;

    /// <summary>Rows of taps.</summary>
    public int TapRows;

    /// <summary>Columns of taps.</summary>
    public int TapColumns;

    /// <summary>Source row of the first tap for grid row 0; may be negative.</summary>
    public int RowStart;

    /// <summary>Source rows from one tap to the next; may be negative.</summary>
    public int RowStep;

    /// <summary>Source column of the first tap for grid column 0; may be negative.</summary>
    public int ColumnStart;

    /// <summary>Source columns from one tap to the next; may be negative.</summary>
    public int ColumnStep;

    /// <summary>Pixels of the grid of one image.</summary>
    public readonly int Pixels => GridHeight * GridWidth;

    /// <summary>Taps of one channel.</summary>
    public readonly int Taps => TapRows * TapColumns;

    /// <summary>Rows of the matrix.</summary>
    public readonly int Depth => Channels * Taps;

    /// <summary>The smallest row offset of a tap.</summary>
    public readonly int RowMin => Math.Min(RowStart, RowStart + ((TapRows - 1) * RowStep));

    /// <summary>The smallest column offset of a tap.</summary>
    public readonly int ColumnMin => Math.Min(ColumnStart, ColumnStart + ((TapColumns - 1) * ColumnStep));

    /// <summary>The largest row offset of a tap less the smallest.</summary>
    public readonly int RowSpan => (TapRows - 1) * Math.Abs(RowStep);

    /// <summary>The largest column offset of a tap less the smallest.</summary>
    public readonly int ColumnSpan => (TapColumns - 1) * Math.Abs(ColumnStep);

    /// <summary>One element of the matrix, found the slow way.</summary>
    /// <param name="row">Row of the matrix.</param>
    /// <param name="pixel">Column of the matrix: image * Pixels + pixel of the grid.</param>
    /// <returns>The element.</returns>
    public readonly float Element(int row, int pixel)
    {
        int channel = row / Taps;
        int tap = row % Taps;
        int image = pixel / Pixels;
        pixel %= Pixels;
        int y = (pixel / GridWidth * StrideRows) + RowStart + (tap / TapColumns * RowStep);
        int x = (pixel % GridWidth * StrideColumns) + ColumnStart + (tap % TapColumns * ColumnStep);
        return (uint)y < (uint)Height && (uint)x < (uint)Width
            ? Data[(image * ImageStep) + ((((nint)channel * Height) + y) * Width) + x]
            : 0f;
    }
}
