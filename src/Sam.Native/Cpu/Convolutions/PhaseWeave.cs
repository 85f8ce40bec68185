using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Stores the sums of all phases of a tile where they belong: neighbours in a row of the input come from different phases.</summary>
internal unsafe struct PhaseWeave
{
    /// <summary>Elements of the planes that are written at a time, at most, unless these would be very few.</summary>
    private const int BlockElements = 1 << 13;

    /// <summary>The phases.</summary>
    public PhasePlan Plan;

    /// <summary>What each phase multiplies.</summary>
    public PhaseUse* Uses;

    /// <summary>The sums: (sliver, phase, row, lane).</summary>
    public float* Sums;

    /// <summary>As many zeros as a sliver has lanes.</summary>
    public float* Zeros;

    /// <summary>Rows for which there is room in the sums.</summary>
    public int SumRows;

    /// <summary>Lanes of a sliver.</summary>
    public int SumColumns;

    /// <summary>dx.</summary>
    public float* Target;

    /// <summary>The tensor whose positive elements let the gradient through, laid out as the target is; null for none.</summary>
    public float* Mask;

    /// <summary>Whether dx is added to.</summary>
    public bool Accumulate;

    /// <summary>The channel of the first row.</summary>
    public int Channel0;

    /// <summary>Valid rows.</summary>
    public int Channels;

    /// <summary>Stores a tile.</summary>
    /// <param name="first">First pixel of the grid, counted from the first image.</param>
    /// <param name="pixels">Pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store(int first, int pixels)
    {
        // Few planes at a time where planes are large: as many streams of stores as the processor foresees.
        int block = Math.Min(Channels, Math.Max(4, BlockElements / (Plan.Shape.InHeight * Plan.Shape.InWidth)));
        for (int channel = 0; channel < Channels; channel += block)
        {
            StoreBlock(first, pixels, channel, Math.Min(block, Channels - channel));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void StoreBlock(int first, int pixels, int channel, int channels)
    {
        int perImage = Plan.GridHeight * Plan.GridWidth;
        for (int pixel = 0; pixel < pixels;)
        {
            int image = (first + pixel) / perImage;
            int row = (first + pixel) % perImage / Plan.GridWidth;
            int column = (first + pixel) % Plan.GridWidth;
            int lane = pixel % SumColumns;
            int run = Math.Min(Math.Min(Plan.GridWidth - column, SumColumns - lane), pixels - pixel);
            float* sums = Sums + ((nint)(pixel - lane) * Plan.Phases * SumRows) + lane;
            nint plane = ((nint)image * Plan.Shape.InChannels) + Channel0 + channel;
            Run(plane, row, column, run, sums + ((nint)channel * SumColumns), channels);
            pixel += run;
        }
    }

    /// <summary>Pixels of one row of the grid that lie in one sliver.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run(nint plane0, int row, int column, int run, float* sums, int channels)
    {
        int stride = Plan.Shape.StrideWidth;
        int inWidth = Plan.Shape.InWidth;
        nint plane = (nint)Plan.Shape.InHeight * inWidth;
        int y = row * Plan.Shape.StrideHeight;
        int height = Math.Min(Plan.Shape.StrideHeight, Plan.Shape.InHeight - y);
        nint start = (plane0 * plane) + ((nint)y * inWidth) + ((nint)column * stride);
        for (int phaseRow = 0; phaseRow < height; phaseRow++, start += inWidth)
        {
            float* target = Target + start;
            float* mask = Mask is null ? null : Mask + start;
            int pairs = 0;
            if (stride == 2)
            {
                pairs = Math.Min(run, (inWidth / 2) - column);
                float* even = Phase(sums, 2 * phaseRow, out nint evenStep);
                float* odd = Phase(sums, (2 * phaseRow) + 1, out nint oddStep);
                Pairs(even, evenStep, odd, oddStep, target, mask, plane, channels, pairs);
            }

            for (int phaseColumn = 0; phaseColumn < stride && pairs < run; phaseColumn++)
            {
                int count = Math.Min(run, ((inWidth - phaseColumn + stride - 1) / stride) - column);
                float* from = Phase(sums, (phaseRow * stride) + phaseColumn, out nint step);
                nint offset = phaseColumn + ((nint)pairs * stride);
                Spread(from + pairs, step, target + offset, mask is null ? null : mask + offset, plane, channels, count - pairs);
            }
        }
    }

    /// <summary>The sums of a phase, or zeros where no tap leads to it.</summary>
    private readonly float* Phase(float* sums, int phase, out nint step)
    {
        bool empty = Uses[phase].Count == 0;
        step = empty ? 0 : SumColumns;
        return empty ? Zeros : sums + ((nint)phase * SumRows * SumColumns);
    }

    /// <summary>Elements of two phases in turn, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pairs(float* even, nint evenStep, float* odd, nint oddStep, float* target, float* mask, nint plane, int channels, int pairs)
    {
        Vector512<int> low = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        Vector512<int> high = low + Vector512.Create(8);
        for (int row = 0; row < channels; row++, even += evenStep, odd += oddStep, target += plane, mask += mask is null ? 0 : plane)
        {
            int i = 0;
            if (Avx512F.IsSupported)
            {
                for (; i <= pairs - 16; i += 16)
                {
                    Vector512<float> left = Vector512.Load(even + i);
                    Vector512<float> right = Vector512.Load(odd + i);
                    Vector512<float> first = Avx512F.PermuteVar16x32x2(left, low, right);
                    Vector512<float> second = Avx512F.PermuteVar16x32x2(left, high, right);
                    if (Accumulate)
                    {
                        first = Vector512.Load(target + (2 * i)) + first;
                        second = Vector512.Load(target + (2 * i) + 16) + second;
                    }

                    if (mask is not null)
                    {
                        first = Simd512.KeepWherePositive(Vector512.Load(mask + (2 * i)), first);
                        second = Simd512.KeepWherePositive(Vector512.Load(mask + (2 * i) + 16), second);
                    }

                    Vector512.Store(first, target + (2 * i));
                    Vector512.Store(second, target + (2 * i) + 16);
                }
            }

            if (Sse.IsSupported)
            {
                for (; i <= pairs - 4; i += 4)
                {
                    Vector128<float> left = Vector128.Load(even + i);
                    Vector128<float> right = Vector128.Load(odd + i);
                    Vector128<float> first = Sse.UnpackLow(left, right);
                    Vector128<float> second = Sse.UnpackHigh(left, right);
                    if (Accumulate)
                    {
                        first = Vector128.Load(target + (2 * i)) + first;
                        second = Vector128.Load(target + (2 * i) + 4) + second;
                    }

                    if (mask is not null)
                    {
                        first = Simd128.KeepWherePositive(Vector128.Load(mask + (2 * i)), first);
                        second = Simd128.KeepWherePositive(Vector128.Load(mask + (2 * i) + 4), second);
                    }

                    Vector128.Store(first, target + (2 * i));
                    Vector128.Store(second, target + (2 * i) + 4);
                }
            }

            for (; i < pairs; i++)
            {
                Put(target + (2 * i), mask is null || mask[2 * i] > 0, even[i]);
                Put(target + (2 * i) + 1, mask is null || mask[(2 * i) + 1] > 0, odd[i]);
            }
        }
    }

    /// <summary>Elements of one phase, a stride apart, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Spread(float* from, nint step, float* target, float* mask, nint plane, int channels, int count)
    {
        nint stride = Plan.Shape.StrideWidth;
        for (int row = 0; row < channels; row++, from += step, target += plane, mask += mask is null ? 0 : plane)
        {
            for (int i = 0; i < count; i++)
            {
                Put(target + (i * stride), mask is null || mask[i * stride] > 0, from[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Put(float* to, bool passes, float value) => *to = !passes ? 0f : Accumulate ? *to + value : value;
}
