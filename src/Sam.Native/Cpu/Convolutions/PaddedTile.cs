using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        for (int phaseColumn = 0; phaseColumn < strideColumns; phaseColumn++)
        {
            if (strideColumns > 1 && !IsUsed(phaseColumn, _source.TapColumns, _source.ColumnStep, strideColumns))
            {
                continue;
            }

            int x = _source.ColumnMin + phaseColumn;
            int low = x >= 0 ? 0 : Math.Min(_planeColumns, (-x + strideColumns - 1) / strideColumns);
            int room = _source.Width - 1 - x;
            int high = room < 0 ? low : Math.Clamp((room / strideColumns) + 1, low, _planeColumns);
            x += low * strideColumns;
            nint ahead = phaseColumn == 0 ? _ahead : 0;
            for (int phaseRow = 0; phaseRow < strideRows; phaseRow++)
            {
                if (strideRows > 1 && !IsUsed(phaseRow, _source.TapRows, _source.RowStep, strideRows))
                {
                    continue;
                }

                int y = (_row0 * strideRows) + _source.RowMin + phaseRow;
                float* row = to + (((nint)phaseRow * strideColumns) + phaseColumn) * _planeRows * _planeColumns;
                for (int i = 0; i < _planeRows; i++, y += strideRows, row += _planeColumns)
                {
                    if ((uint)y >= (uint)_source.Height)
                    {
                        Clear(row, _planeColumns);
                        continue;
                    }

                    float* source = from + ((nint)y * _source.Width) + x;
                    for (int j = 0; j < _source.Width && ahead > 0; j += 16)
                    {
                        Prefetch.Line(source + ahead + j);
                    }

                    Clear(row, low);
                    if (strideColumns == 1)
                    {
                        Copy(source, row + low, high - low);
                    }
                    else if (strideColumns == 2)
                    {
                        CopySecond(source, x & 1, _source.Width - x, row + low, high - low);
                    }
                    else
                    {
                        for (int j = low; j < high; j++, source += strideColumns)
                        {
                            row[j] = *source;
                        }
                    }

                    Clear(row + high, _planeColumns - high);
                }
            }
        }
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
        for (; i <= count - 16; i += 16)
        {
            Vector512.Store(Vector512.Load(source + i), row + i);
        }

        if (i <= count - 8)
        {
            Vector256.Store(Vector256.Load(source + i), row + i);
            i += 8;
        }

        if (i <= count - 4)
        {
            Vector128.Store(Vector128.Load(source + i), row + i);
            i += 4;
        }

        for (; i < count; i++)
        {
            row[i] = source[i];
        }
    }

    /// <summary>Every second element. Vectors begin one element before an odd one, so that none reaches beyond an even row's end.</summary>
    /// <param name="source">The first element.</param>
    /// <param name="odd">1 if an element of the row lies before it, to begin with; else 0.</param>
    /// <param name="room">Elements of the row from the first one on.</param>
    /// <param name="row">Receives the elements.</param>
    /// <param name="count">Number of elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopySecond(float* source, int odd, int room, float* row, int count)
    {
        float* pairs = source - odd;
        room += odd;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> seconds = (Vector512<int>.Indices * 2) + Vector512.Create(odd);
            for (; i <= count - 16 && (2 * i) + 32 <= room; i += 16)
            {
                Vector512<float> left = Vector512.Load(pairs + (2 * i));
                Vector512.Store(Avx512F.PermuteVar16x32x2(left, seconds, Vector512.Load(pairs + (2 * i) + 16)), row + i);
            }
        }

        if (Sse.IsSupported)
        {
            for (; i <= count - 4 && (2 * i) + 8 <= room; i += 4)
            {
                Vector128<float> left = Vector128.Load(pairs + (2 * i));
                Vector128<float> right = Vector128.Load(pairs + (2 * i) + 4);
                Vector128.Store(odd == 0 ? Sse.Shuffle(left, right, 0x88) : Sse.Shuffle(left, right, 0xDD), row + i);
            }
        }

        for (; i < count; i++)
        {
            row[i] = source[2 * i];
        }
    }
}
