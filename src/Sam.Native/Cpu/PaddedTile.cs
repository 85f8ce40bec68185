namespace Sam.Native.Cpu;

/// <summary>A copy of the part of a <see cref="PixelSource"/> that a tile of pixels and a range of its rows need, with its border of
/// zeros written out and strides taken apart, so that the pixels of one grid row lie side by side for every tap.</summary>
/// <remarks>Layout (image, channel, row phase, column phase, plane row, plane column): the element at source row
/// Row0 * StrideRows + RowMin + y, column ColumnMin + x is in phase (y mod StrideRows, x mod StrideColumns) at plane row y / StrideRows
/// and plane column x / StrideColumns. Reads of up to <see cref="Slack"/> elements beyond the end are within the room it is given.</remarks>
internal unsafe struct PaddedTile
{
    /// <summary>Elements after the copy that vectors may read.</summary>
    public const int Slack = 16;

    private PixelSource _source;
    private int _image0;
    private int _images;
    private int _row0;
    private int _rows;
    private int _channel0;
    private int _channels;
    private int _planeRows;
    private int _planeColumns;
    private float* _data;

    /// <summary>Elements from one channel to the next.</summary>
    public nint ChannelStep { get; private set; }

    /// <summary>Elements from one image to the next.</summary>
    public nint ImageStep { get; private set; }

    /// <summary>The copy.</summary>
    public readonly float* Data => _data;

    /// <summary>Elements that a tile takes, slack included.</summary>
    /// <param name="source">The source.</param>
    /// <param name="images">Images of the tile.</param>
    /// <param name="rows">Grid rows of the tile.</param>
    /// <param name="channels">Channels of the tile.</param>
    /// <returns>The number of elements.</returns>
    public static long Elements(in PixelSource source, int images, int rows, int channels)
    {
        long planeRows = rows + (source.RowSpan / source.StrideRows);
        long planeColumns = source.GridWidth + (source.ColumnSpan / source.StrideColumns);
        return (images * (long)channels * source.StrideRows * source.StrideColumns * planeRows * planeColumns) + Slack;
    }

    /// <summary>Copies.</summary>
    /// <param name="source">The source.</param>
    /// <param name="first">First pixel of the tile: the start of a grid row, and of an image if there are several.</param>
    /// <param name="count">Pixels of the tile: whole rows of one image, or whole images.</param>
    /// <param name="depth0">First row of the matrix that is needed.</param>
    /// <param name="depth1">Row after the last.</param>
    /// <param name="data">Room for <see cref="Elements"/> elements.</param>
    public void Fill(in PixelSource source, int first, int count, int depth0, int depth1, float* data)
    {
        _source = source;
        _data = data;
        _image0 = first / source.Pixels;
        _row0 = first % source.Pixels / source.GridWidth;
        _images = ((count - 1) / source.Pixels) + 1;
        _rows = Math.Min(count / source.GridWidth, source.GridHeight);
        _channel0 = depth0 / source.Taps;
        _channels = ((depth1 - 1) / source.Taps) + 1 - _channel0;
        _planeRows = _rows + (source.RowSpan / source.StrideRows);
        _planeColumns = source.GridWidth + (source.ColumnSpan / source.StrideColumns);
        ChannelStep = (nint)source.StrideRows * source.StrideColumns * _planeRows * _planeColumns;
        ImageStep = _channels * ChannelStep;
        nint plane = (nint)source.Height * source.Width;
        for (int image = 0; image < _images; image++)
        {
            float* from = source.Data + ((_image0 + image) * source.ImageStep) + (_channel0 * plane);
            float* to = data + (image * ImageStep);
            for (int channel = 0; channel < _channels; channel++, from += plane, to += ChannelStep)
            {
                FillChannel(from, to);
            }
        }
    }

    /// <summary>Where a row of the matrix lies: add it to a pixel's <see cref="PixelOffset"/>.</summary>
    /// <param name="depth">Row of the matrix.</param>
    /// <returns>The offset from <see cref="Data"/>.</returns>
    public readonly int DepthOffset(int depth)
    {
        int channel = (depth / _source.Taps) - _channel0;
        int tap = depth % _source.Taps;
        int y = _source.RowStart + (tap / _source.TapColumns * _source.RowStep) - _source.RowMin;
        int x = _source.ColumnStart + (tap % _source.TapColumns * _source.ColumnStep) - _source.ColumnMin;
        int phase = (y % _source.StrideRows * _source.StrideColumns) + (x % _source.StrideColumns);
        int row = (phase * _planeRows) + (y / _source.StrideRows);
        return (int)(channel * ChannelStep) + (row * _planeColumns) + (x / _source.StrideColumns);
    }

    /// <summary>Where a pixel lies, and how many after it lie side by side.</summary>
    /// <param name="pixel">Number of the pixel in the tile.</param>
    /// <param name="run">Pixels of the run, this one included.</param>
    /// <returns>The offset from <see cref="Data"/>.</returns>
    public readonly int PixelOffset(int pixel, out int run)
    {
        int perImage = _rows * _source.GridWidth;
        int image = pixel / perImage;
        int rest = pixel % perImage;
        int column = rest % _source.GridWidth;
        run = _planeColumns == _source.GridWidth ? perImage - rest : _source.GridWidth - column;
        return (int)(image * ImageStep) + (rest / _source.GridWidth * _planeColumns) + column;
    }

    private static bool IsUsed(int phase, int taps, int step, int stride)
    {
        for (int tap = 0; tap < taps; tap++)
        {
            if (tap * Math.Abs(step) % stride == phase)
            {
                return true;
            }
        }

        return false;
    }

    private readonly void FillChannel(float* from, float* to)
    {
        int strideRows = _source.StrideRows;
        int strideColumns = _source.StrideColumns;
        for (int phaseRow = 0; phaseRow < strideRows; phaseRow++)
        {
            for (int phaseColumn = 0; phaseColumn < strideColumns; phaseColumn++)
            {
                if ((strideRows > 1 && !IsUsed(phaseRow, _source.TapRows, _source.RowStep, strideRows))
                    || (strideColumns > 1 && !IsUsed(phaseColumn, _source.TapColumns, _source.ColumnStep, strideColumns)))
                {
                    continue;
                }

                int y = (_row0 * strideRows) + _source.RowMin + phaseRow;
                float* row = to + (((nint)phaseRow * strideColumns) + phaseColumn) * _planeRows * _planeColumns;
                for (int i = 0; i < _planeRows; i++, y += strideRows, row += _planeColumns)
                {
                    if ((uint)y < (uint)_source.Height)
                    {
                        FillRow(from + ((nint)y * _source.Width), _source.ColumnMin + phaseColumn, row);
                    }
                    else
                    {
                        new Span<float>(row, _planeColumns).Clear();
                    }
                }
            }
        }
    }

    private readonly void FillRow(float* from, int x0, float* row)
    {
        int stride = _source.StrideColumns;
        int low = x0 >= 0 ? 0 : Math.Min(_planeColumns, (-x0 + stride - 1) / stride);
        int room = _source.Width - 1 - x0;
        int high = room < 0 ? low : Math.Clamp((room / stride) + 1, low, _planeColumns);
        for (int i = 0; i < low; i++)
        {
            row[i] = 0f;
        }

        float* source = from + x0 + (low * stride);
        if (stride == 1)
        {
            Buffer.MemoryCopy(source, row + low, (high - low) * sizeof(float), (high - low) * sizeof(float));
        }
        else
        {
            for (int i = low; i < high; i++, source += stride)
            {
                row[i] = *source;
            }
        }

        for (int i = high; i < _planeColumns; i++)
        {
            row[i] = 0f;
        }
    }
}
