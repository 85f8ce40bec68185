using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                        Clear(row, _planeColumns);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FillRow(float* from, int x0, float* row)
    {
        int stride = _source.StrideColumns;
        int low = x0 >= 0 ? 0 : Math.Min(_planeColumns, (-x0 + stride - 1) / stride);
        int room = _source.Width - 1 - x0;
        int high = room < 0 ? low : Math.Clamp((room / stride) + 1, low, _planeColumns);
        Clear(row, low);
        float* source = from + x0 + (low * stride);
        if (stride == 1)
        {
            Copy(source, row + low, high - low);
        }
        else
        {
            for (int i = low; i < high; i++, source += stride)
            {
                row[i] = *source;
            }
        }

        Clear(row + high, _planeColumns - high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* row, int count)
    {
        int i = 0;
        for (; i <= count - 4; i += 4)
        {
            Vector128.Store(Vector128<float>.Zero, row + i);
        }

        for (; i < count; i++)
        {
            row[i] = 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* row, int count)
    {
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector256.Store(Vector256.Load(source + i), row + i);
        }

        for (; i < count; i++)
        {
            row[i] = source[i];
        }
    }
}
