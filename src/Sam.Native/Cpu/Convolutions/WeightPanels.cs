using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>The weights of a convolution as the left matrix of its product, packed once for all images: for each group, for each block
/// of k, panels of rows.</summary>
/// <remarks>Row m, column (c, t, u) is Weights[group * GroupStep + m * RowStep + c * ChannelStep + TapStart + t * TapRowStep + u *
/// TapColumnStep].</remarks>
internal unsafe struct WeightPanels : ITeamJob
{
    /// <summary>How many channels ahead the rows of a panel are asked for.</summary>
    private const int AheadChannels = 8;

    /// <summary>The weights.</summary>
    public float* Weights;

    /// <summary>Elements from one group to the next.</summary>
    public nint GroupStep;

    /// <summary>Elements from one row to the next.</summary>
    public nint RowStep;

    /// <summary>Elements from one channel to the next.</summary>
    public nint ChannelStep;

    /// <summary>Element of the first tap.</summary>
    public nint TapStart;

    /// <summary>Elements from one row of taps to the next.</summary>
    public nint TapRowStep;

    /// <summary>Elements from one column of taps to the next.</summary>
    public nint TapColumnStep;

    /// <summary>Rows of a group.</summary>
    public int Rows;

    /// <summary>Number of k.</summary>
    public int Depth;

    /// <summary>Rows of taps.</summary>
    public int TapRows;

    /// <summary>Columns of taps.</summary>
    public int TapColumns;

    /// <summary>Rows of a panel.</summary>
    public int PanelRows;

    /// <summary>Receives the panels.</summary>
    public float* Packed;

    /// <summary>Panels of a group.</summary>
    public readonly int Panels => (Rows + PanelRows - 1) / PanelRows;

    /// <summary>Blocks of k.</summary>
    public readonly int Blocks => (Depth + ProductPlan.DepthBlock(Depth) - 1) / ProductPlan.DepthBlock(Depth);

    /// <summary>The panels of a group for the block of k that begins at <paramref name="k"/>.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="k">First k of the block.</param>
    /// <returns>The first panel.</returns>
    public readonly float* Block(int group, int k)
    {
        nint padded = (nint)Panels * PanelRows;
        return Packed + (group * padded * Depth) + (padded * k);
    }

    /// <inheritdoc/>
    /// <remarks>A part is one panel of one group, for all of its k.</remarks>
    public readonly void Invoke(int part, int worker)
    {
        int group = part / Panels;
        int panel = part % Panels;
        int lanes = Math.Min(PanelRows, Rows - (panel * PanelRows));
        int block = ProductPlan.DepthBlock(Depth);
        float* from = Weights + (group * GroupStep) + (panel * PanelRows * RowStep) + TapStart;
        for (int k = 0; k < Depth; k += block)
        {
            int depth = Math.Min(block, Depth - k);
            PackBlock(from, lanes, k, depth, Block(group, k) + ((nint)panel * PanelRows * depth));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackBlock(float* from, int lanes, int k, int depth, float* to)
    {
        int taps = TapRows * TapColumns;
        bool contiguous = TapColumnStep == 1 && (TapRowStep == TapColumns || TapRows == 1);
        // Squares of other heights spill over a panel's end, where another thread may be at work.
        bool squares = contiguous && PanelRows % 4 == 0;
        if (squares && ChannelStep == taps)
        {
            PanelPacking.Pack(from + k, RowStep, 1, lanes, depth, to, PanelRows);
        }
        else if (squares && taps == 1 && RowStep == 1)
        {
            PanelPacking.Pack(from + (k * ChannelStep), 1, ChannelStep, lanes, depth, to, PanelRows);
        }
        else if (squares && taps > 1)
        {
            for (int end = k + depth; k < end;)
            {
                int run = Math.Min(taps - (k % taps), end - k);
                // Rows of one channel lie side by side, those of the next a page or more away: too far for the processor to foresee.
                Ahead(from + (((k / taps) + AheadChannels) * ChannelStep), lanes);
                if (run == taps && k + ((taps + 15) & ~15) <= end && lanes > 4 && PanelRows == 12 && Avx512F.IsSupported)
                {
                    // What squares read and write beyond the taps is the next channels' of this block, packed after this one.
                    for (int tap = 0; tap < taps; tap += 16)
                    {
                        Transpose.Square16(
                            from + (k / taps * ChannelStep) + tap, RowStep, lanes, to + ((nint)tap * PanelRows), PanelRows, true);
                    }
                }
                else
                {
                    PanelPacking.Pack(from + (k / taps * ChannelStep) + (k % taps), RowStep, 1, lanes, run, to, PanelRows);
                }

                k += run;
                to += (nint)run * PanelRows;
            }
        }
        else
        {
            PackSlowly(from, lanes, k, depth, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Ahead(float* channel, int lanes)
    {
        for (nint i = 0; i < lanes * RowStep && RowStep < ChannelStep; i += 16)
        {
            Prefetch.Line(channel + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackSlowly(float* from, int lanes, int k, int depth, float* to)
    {
        int column = k % TapColumns;
        int row = k / TapColumns % TapRows;
        int channel = k / (TapColumns * TapRows);
        for (int i = 0; i < depth; i++, to += PanelRows)
        {
            float* tap = from + (channel * ChannelStep) + (row * TapRowStep) + (column * TapColumnStep);
            for (int lane = 0; lane < lanes; lane++)
            {
                to[lane] = tap[lane * RowStep];
            }

            if (++column == TapColumns)
            {
                column = 0;
                if (++row == TapRows)
                {
                    row = 0;
                    channel++;
                    Ahead(from + ((channel + AheadChannels) * ChannelStep), lanes);
                }
            }
        }
    }
}
