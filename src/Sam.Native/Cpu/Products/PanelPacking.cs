using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Copies a strip of a matrix to a panel: panel[k * width + lane], the lanes being rows of A or columns of B.</summary>
/// <remarks>Lanes beyond the valid ones hold anything: what is computed from them is never stored. Up to <see cref="Slack"/> elements
/// after a panel may be overwritten, so panels are packed in ascending order and a block of them has that much room at its end.</remarks>
internal static unsafe class PanelPacking
{
    /// <summary>Elements after a panel that packing may overwrite.</summary>
    public const int Slack = 16;

    /// <summary>Packs one panel.</summary>
    /// <param name="source">Element (lane 0, k 0).</param>
    /// <param name="laneStep">Elements from one lane to the next.</param>
    /// <param name="depthStep">Elements from one k to the next; it or <paramref name="laneStep"/> is 1.</param>
    /// <param name="lanes">Valid lanes, 1 to <paramref name="width"/>.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="width">Lanes of the panel, even.</param>
    public static void Pack(float* source, nint laneStep, nint depthStep, int lanes, int depth, float* panel, int width)
    {
        if (laneStep == 1)
        {
            PackRows(source, depthStep, lanes, depth, panel, width);
        }
        else
        {
            PackTransposed(source, laneStep, lanes, depth, panel, width);
        }
    }

    /// <summary>Asks for the memory of a panel that is packed next, where the lanes of one k lie side by side: its rows are too far apart
    /// for the processor to foresee.</summary>
    /// <param name="source">Element (lane 0, k 0).</param>
    /// <param name="depthStep">Elements from one k to the next.</param>
    /// <param name="lanes">Lanes.</param>
    /// <param name="depth">Number of k.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch(float* source, nint depthStep, int lanes, int depth)
    {
        if (Sse.IsSupported)
        {
            for (int k = 0; k < depth; k++, source += depthStep)
            {
                for (int lane = 0; lane < lanes; lane += 16)
                {
                    Sse.Prefetch1(source + lane);
                }
            }
        }
    }

    /// <summary>Packs where the lanes of one k lie side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows(float* source, nint depthStep, int lanes, int depth, float* panel, int width)
    {
        switch (lanes)
        {
            case 32:
                for (int k = 0; k < depth; k++, source += depthStep, panel += width)
                {
                    Vector512.Store(Vector512.Load(source), panel);
                    Vector512.Store(Vector512.Load(source + 16), panel + 16);
                }

                break;
            case 16:
                for (int k = 0; k < depth; k++, source += depthStep, panel += width)
                {
                    Vector512.Store(Vector512.Load(source), panel);
                }

                break;
            case 12:
                for (int k = 0; k < depth; k++, source += depthStep, panel += width)
                {
                    Vector256.Store(Vector256.Load(source), panel);
                    Vector128.Store(Vector128.Load(source + 8), panel + 8);
                }

                break;
            case 8:
                for (int k = 0; k < depth; k++, source += depthStep, panel += width)
                {
                    Vector256.Store(Vector256.Load(source), panel);
                }

                break;
            default:
                for (int k = 0; k < depth; k++, source += depthStep, panel += width)
                {
                    Copy(source, panel, lanes);
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* destination, int count)
    {
        int i = 0;
        if ((count & 16) != 0)
        {
            Vector512.Store(Vector512.Load(source), destination);
            i = 16;
        }

        if ((count & 8) != 0)
        {
            Vector256.Store(Vector256.Load(source + i), destination + i);
            i += 8;
        }

        if ((count & 4) != 0)
        {
            Vector128.Store(Vector128.Load(source + i), destination + i);
            i += 4;
        }

        if ((count & 2) != 0)
        {
            *(ulong*)(destination + i) = *(ulong*)(source + i);
            i += 2;
        }

        if ((count & 1) != 0)
        {
            destination[i] = source[i];
        }
    }

    /// <summary>Packs where the k of one lane lie side by side.</summary>
    /// <remarks>A square of 16 or 4 lanes may reach beyond the panel's width: what spills into the next k's first lanes is overwritten,
    /// because the groups of lanes go from the last to the first and k ascends.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTransposed(float* source, nint laneStep, int lanes, int depth, float* panel, int width)
    {
        int k = 0;
        if (Avx512F.IsSupported && lanes > 4 && width is 12 or 16 or 32)
        {
            for (; k + 16 <= depth; k += 16)
            {
                for (int lane = (lanes - 1) & ~15; lane >= 0; lane -= 16)
                {
                    int valid = Math.Min(16, lanes - lane);
                    float* to = panel + ((nint)k * width) + lane;
                    Transpose.Square16(source + (lane * laneStep) + k, laneStep, valid, to, width, width == 12);
                }
            }
        }

        for (; k + 4 <= depth; k += 4)
        {
            for (int lane = (lanes - 1) & ~3; lane >= 0; lane -= 4)
            {
                float* to = panel + ((nint)k * width) + lane;
                Transpose.Square4(source + (lane * laneStep) + k, laneStep, Math.Min(4, lanes - lane), to, width);
            }
        }

        for (; k < depth; k++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                panel[((nint)k * width) + lane] = source[(lane * laneStep) + k];
            }
        }
    }
}
