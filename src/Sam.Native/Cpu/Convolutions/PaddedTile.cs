using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A copy of the part of a <see cref="PixelSource"/> that a tile of pixels and a range of its rows need, with its border of
/// zeros written out and strides taken apart, so that the pixels of one grid row lie side by side for every tap.</summary>
/// <remarks>Layout (image, channel, row phase, column phase, plane row, plane column): the element at source row
/// Row0 * StrideRows + RowMin + y, column ColumnMin + x is in phase (y mod StrideRows, x mod StrideColumns) at plane row y / StrideRows
/// and plane column x / StrideColumns. Vectors may read <see cref="Slack"/> elements before it and after it: both are part of its room.</remarks>
internal unsafe struct PaddedTile
{
    /// <summary>Elements before and after the copy that vectors may read.</summary>
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
    private nint _ahead;
    private bool _readsPairs;
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
        return (images * (long)channels * source.StrideRows * source.StrideColumns * planeRows * planeColumns) + (2 * Slack);
    }

    /// <summary>Copies.</summary>
    /// <param name="source">The source.</param>
    /// <param name="first">First pixel of the tile: the start of a grid row, and of an image if there are several.</param>
    /// <param name="count">Pixels of the tile: whole rows of one image, or whole images.</param>
    /// <param name="depth0">First row of the matrix that is needed.</param>
    /// <param name="depth1">Row after the last.</param>
    /// <param name="data">Room for <see cref="Elements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(in PixelSource source, int first, int count, int depth0, int depth1, float* data)
    {
        _source = source;
        data += Slack;
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
        _ahead = _channels * plane <= Prefetch.Distance ? source.ImageStep : (nint)Prefetch.Ahead((int)plane, plane);
        _readsPairs = source.StrideColumns == 2 && source.ColumnMin <= 0 && IsColumnUsed(0) && IsColumnUsed(1);
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

    /// <summary>Where rows of the matrix lie: add one to a pixel's <see cref="PixelOffset"/>.</summary>
    /// <param name="depth">First row of the matrix.</param>
    /// <param name="count">Rows.</param>
    /// <param name="offsets">Receives the offsets from <see cref="Data"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void DepthOffsets(int depth, int count, int* offsets)
    {
        int channel = (depth / _source.Taps) - _channel0;
        int tapRow = depth % _source.Taps / _source.TapColumns;
        int tapColumn = depth % _source.TapColumns;
        while (count > 0)
        {
            int y = _source.RowStart + (tapRow * _source.RowStep) - _source.RowMin;
            int phaseRow = y % _source.StrideRows;
            int line = (int)(channel * ChannelStep) + (y / _source.StrideRows * _planeColumns);
            int x = _source.ColumnStart + (tapColumn * _source.ColumnStep) - _source.ColumnMin;
            for (; tapColumn < _source.TapColumns && count > 0; tapColumn++, count--, x += _source.ColumnStep)
            {
                int phase = phaseRow;
                int column = x;
                if (_source.StrideRows > 1 || _source.StrideColumns > 1)
                {
                    phase = (phaseRow * _source.StrideColumns) + (x % _source.StrideColumns);
                    column = x / _source.StrideColumns;
                }

                *offsets++ = line + (phase * _planeRows * _planeColumns) + column;
            }

            tapColumn = 0;
            if (++tapRow == _source.TapRows)
            {
                tapRow = 0;
                channel++;
            }
        }
    }

    /// <summary>Where a pixel lies, and how many after it lie side by side.</summary>
    /// <param name="pixel">Number of the pixel in the tile.</param>
    /// <param name="run">Pixels of the run, this one included.</param>
    /// <returns>The offset from <see cref="Data"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    private readonly bool IsRowUsed(int phase) =>
        _source.StrideRows == 1 || IsUsed(phase, _source.TapRows, _source.RowStep, _source.StrideRows);

    private readonly bool IsColumnUsed(int phase) =>
        _source.StrideColumns == 1 || IsUsed(phase, _source.TapColumns, _source.ColumnStep, _source.StrideColumns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FillChannel(float* from, float* to)
    {
        for (int phaseRow = 0; phaseRow < _source.StrideRows; phaseRow++)
        {
            if (!IsRowUsed(phaseRow))
            {
                continue;
            }

            float* planes = to + ((nint)phaseRow * _source.StrideColumns * _planeRows * _planeColumns);
            if (_readsPairs)
            {
                FillPairs(from, phaseRow, planes);
                continue;
            }

            nint ahead = _ahead;
            for (int phaseColumn = 0; phaseColumn < _source.StrideColumns; phaseColumn++)
            {
                if (IsColumnUsed(phaseColumn))
                {
                    FillPlane(from, phaseRow, phaseColumn, ahead, planes + ((nint)phaseColumn * _planeRows * _planeColumns));
                    ahead = 0;
                }
            }
        }
    }

    /// <summary>One phase.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FillPlane(float* from, int phaseRow, int phaseColumn, nint ahead, float* row)
    {
        int stride = _source.StrideColumns, width = _source.Width, columns = _planeColumns;
        int x = _source.ColumnMin + phaseColumn;
        int low = x >= 0 ? 0 : Math.Min(columns, (-x + stride - 1) / stride);
        int room = width - 1 - x;
        int high = room < 0 ? low : Math.Clamp((room / stride) + 1, low, columns);
        x += low * stride;
        int y = (_row0 * _source.StrideRows) + _source.RowMin + phaseRow;
        for (int i = 0; i < _planeRows; i++, y += _source.StrideRows, row += columns)
        {
            if ((uint)y >= (uint)_source.Height)
            {
                RowCopies.Clear(row, columns);
                continue;
            }

            float* source = from + ((nint)y * width) + x;
            for (int j = 0; j < width && ahead > 0; j += 16)
            {
                Prefetch.Line(source + ahead + j);
            }

            RowCopies.Clear(row, low);
            if (stride == 1)
            {
                RowCopies.Copy(source, row + low, high - low);
            }
            else if (stride == 2)
            {
                RowCopies.CopySecond(source, x & 1, width - x, row + low, high - low);
            }
            else
            {
                for (int j = low; j < high; j++, source += stride)
                {
                    row[j] = *source;
                }
            }

            RowCopies.Clear(row + high, columns - high);
        }
    }

    /// <summary>Both phases of columns of a stride of 2, in which the source's even and odd columns lie.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FillPairs(float* from, int phaseRow, float* planes)
    {
        int width = _source.Width, columns = _planeColumns, first = -_source.ColumnMin;
        nint plane = (nint)_planeRows * columns, ahead = _ahead;
        int evenLow = Math.Min(first / 2, columns), oddLow = Math.Min((first + 1) / 2, columns);
        int evens = Math.Min((width + 1) / 2, columns - evenLow), odds = Math.Min(width / 2, columns - oddLow);
        float* even = planes + ((first & 1) * plane);
        float* odd = planes + ((1 - (first & 1)) * plane);
        int y = (_row0 * _source.StrideRows) + _source.RowMin + phaseRow;
        for (int i = 0; i < _planeRows; i++, y += _source.StrideRows, even += columns, odd += columns)
        {
            if ((uint)y >= (uint)_source.Height)
            {
                RowCopies.Clear(even, columns);
                RowCopies.Clear(odd, columns);
                continue;
            }

            float* source = from + ((nint)y * width);
            for (int j = 0; j < width && ahead > 0; j += 16)
            {
                Prefetch.Line(source + ahead + j);
            }

            RowCopies.Clear(even, evenLow);
            RowCopies.Clear(odd, oddLow);
            RowCopies.Split(source, even + evenLow, evens, odd + oddLow, odds);
            RowCopies.Clear(even + evenLow + evens, columns - evenLow - evens);
            RowCopies.Clear(odd + oddLow + odds, columns - oddLow - odds);
        }
    }
}
