using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>The weights as the left matrices of <see cref="PhaseProductJob"/>, packed once for all images: for each group, block of
/// channels and phase, panels of input channels; k in a panel is (tap row, tap column, channel of the block).</summary>
internal unsafe struct PhasePanels : ITeamJob
{
    /// <summary>How many channels ahead the rows of a panel are asked for.</summary>
    private const int AheadChannels = 8;

    /// <summary>The phases.</summary>
    public PhasePlan Plan;

    /// <summary>The weights.</summary>
    public float* Weights;

    /// <summary>Rows of a panel.</summary>
    public int PanelRows;

    /// <summary>Receives the panels.</summary>
    public float* Packed;

    /// <summary>Input channels of a group.</summary>
    public readonly int Rows => Plan.Shape.InChannels / Plan.Shape.Groups;

    /// <summary>Panels of a group.</summary>
    public readonly int Panels => (Rows + PanelRows - 1) / PanelRows;

    /// <summary>The panels of the first phase.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="channel">First channel of the block.</param>
    /// <returns>The first panel; those of the next phase follow, for each tap Panels * PanelRows * channels elements.</returns>
    public readonly float* Block(int group, int channel) =>
        Packed + ((((nint)group * (Plan.Shape.OutChannels / Plan.Shape.Groups)) + channel) * Panels * PanelRows * Plan.Taps);

    /// <inheritdoc/>
    /// <remarks>A part is one panel of one group, for all of its k.</remarks>
    public readonly void Invoke(int part, int worker)
    {
        int group = part / Panels;
        int panel = part % Panels;
        int outChannels = Plan.Shape.OutChannels / Plan.Shape.Groups;
        int taps = Plan.Taps;
        int lanes = Math.Min(PanelRows, Rows - (panel * PanelRows));
        nint channelStep = (nint)Rows * taps;
        float* from = Weights + (group * outChannels * channelStep) + ((nint)panel * PanelRows * taps);
        nint* places = stackalloc nint[PhasePlan.MaxTaps];
        for (int channel = 0; channel < outChannels; channel += Plan.BlockChannels)
        {
            int channels = Math.Min(Plan.BlockChannels, outChannels - channel);
            Places(panel, channels, places);
            Pack(from + (channel * channelStep), channelStep, lanes, channels, places, Block(group, channel));
        }
    }

    /// <summary>Where the first channel's weights of each tap go.</summary>
    private readonly void Places(int panel, int channels, nint* places)
    {
        nint start = 0;
        for (int phase = 0; phase < Plan.Phases; phase++)
        {
            (TapPhase rows, TapPhase columns) = Plan.Phase(phase);
            int taps = rows.Taps * columns.Taps;
            nint first = start + ((nint)panel * PanelRows * taps * channels);
            for (int tap = 0; tap < taps; tap++)
            {
                int row = rows.FirstTap + (tap / columns.Taps * rows.TapStep);
                int column = columns.FirstTap + (tap % columns.Taps * columns.TapStep);
                places[(row * Plan.Shape.KernelWidth) + column] = first + ((nint)tap * channels * PanelRows);
            }

            start += (nint)taps * Panels * PanelRows * channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(float* from, nint channelStep, int lanes, int channels, nint* places, float* to)
    {
        int taps = Plan.Taps;
        float* square = stackalloc float[16 * 16];

        // The last lane's vector reaches past its taps, into the next channel: there must be one.
        int squares = Avx512F.IsSupported && taps is > 1 and <= 16 && PanelRows == 12 ? channels - 1 : 0;
        for (int channel = 0; channel < channels; channel++, from += channelStep, to += PanelRows)
        {
            // Rows of one channel lie side by side, those of the next a page or more away: too far for the processor to foresee.
            for (nint i = 0; i < lanes * taps; i += 16)
            {
                Prefetch.Line(from + (AheadChannels * channelStep) + i);
            }

            if (channel < squares && channelStep >= 16)
            {
                Transpose.Square16(from, taps, lanes, square, 16, false);
                for (int tap = 0; tap < taps; tap++)
                {
                    Vector256.Store(Vector256.Load(square + (16 * tap)), to + places[tap]);
                    Vector128.Store(Vector128.Load(square + (16 * tap) + 8), to + places[tap] + 8);
                }

                continue;
            }

            for (int tap = 0; tap < taps; tap++)
            {
                float* panel = to + places[tap];
                for (int lane = 0; lane < lanes; lane++)
                {
                    panel[lane] = from[(lane * taps) + tap];
                }
            }
        }
    }
}
