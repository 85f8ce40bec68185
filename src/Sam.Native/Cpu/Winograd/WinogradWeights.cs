using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Transforms the weights of a convolution: for each of the t * t products a matrix (k, lane), in slivers of lanes. A part is a
/// sliver and a run of k.</summary>
internal unsafe struct WinogradWeights : ITeamJob, IWinogradWork
{
    /// <summary>Number of k in a part.</summary>
    public const int PartDepth = 16;

    /// <summary>The weights.</summary>
    public float* Weights;

    /// <summary>Elements from one lane to the next.</summary>
    public nint LaneStep;

    /// <summary>Elements from one k to the next.</summary>
    public nint DepthStep;

    /// <summary>Whether the taps are taken from the last to the first.</summary>
    public bool Reversed;

    /// <summary>The form.</summary>
    public WinogradForm Form;

    /// <summary>Lanes.</summary>
    public int Lanes;

    /// <summary>Number of k, a multiple of <see cref="PartDepth"/>.</summary>
    public int Depth;

    /// <summary>Receives the matrices: product e, sliver s, k, lane at ((e * Slivers + s) * Depth + k) * sliver lanes + lane. Lanes
    /// beyond the last are 0.</summary>
    public float* Packed;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Lanes of a sliver.</summary>
    public readonly int SliverLanes => MatrixProduct.TileSize(Width).Columns;

    /// <summary>Slivers.</summary>
    public readonly int Slivers => (Lanes + SliverLanes - 1) / SliverLanes;

    /// <summary>Parts.</summary>
    public readonly int Parts => Slivers * (Depth / PartDepth);

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) => WinogradDispatch.Run(this, Form, Width, part, null);

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int chunks = Depth / PartDepth, sliver = part / chunks, depth = part % chunks * PartDepth, width = 2 * TSimd.Count;
        Transform<TForm, TSimd, TVector>(
            sliver, depth, PartDepth, Packed + ((((nint)sliver * Depth) + depth) * width), (nint)Slivers * Depth * width);
    }

    /// <summary>Transforms some k of one sliver: product e, k, lane at e * matrix + k * lanes + lane.</summary>
    /// <param name="sliver">The sliver.</param>
    /// <param name="depth0">First k.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="to">Place of product 0 of the first k.</param>
    /// <param name="matrix">Elements from one product to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Transform<TForm, TSimd, TVector>(int sliver, int depth0, int depth, float* to, nint matrix)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* room = stackalloc float[(16 + 32) * 16];
        float* taps = room + (16 * 16);
        float* temporary = stackalloc float[WinogradPlan.TemporaryElements];
        int width = 2 * TSimd.Count;
        for (int k = depth0; k < depth0 + depth; k++, to += width)
        {
            for (int half = 0; half < width; half += TSimd.Count)
            {
                int lane = (sliver * width) + half;
                Gather<TForm>(lane, Math.Clamp(Lanes - lane, 0, TSimd.Count), TSimd.Count, k, taps);
                Transform<TForm, TSimd, TVector>(taps, temporary, to + half, matrix);
            }
        }
    }

    /// <summary>taps[tap * count + lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather<TForm>(int lane, int valid, int count, int k, float* taps)
        where TForm : struct, IWinogradForm
    {
        int number = TForm.Taps * TForm.Taps;
        if (valid < count)
        {
            new Span<float>(taps, number * count).Clear();
        }

        nint start = (lane * LaneStep) + (k * DepthStep);
        int whole = (number + 15) & ~15;
        if (Avx512F.IsSupported && valid == 16 && count == 16 && start + (15 * LaneStep) + whole <= (nint)Lanes * Depth * number)
        {
            // Rows of the squares beyond the last tap fall into the room around the taps.
            int row = Reversed ? -16 : 16;
            float* first = Reversed ? taps + ((number - 1) * 16) : taps;
            for (int t = 0; t < number; t += 16, first += 16 * row)
            {
                Transpose.Square16(Weights + start + t, LaneStep, 16, first, row, false);
            }

            return;
        }

        float* from = Weights + start + (Reversed ? number - 1 : 0);
        nint step = Reversed ? -1 : 1;
        for (int i = 0; i < valid; i++, from += LaneStep)
        {
            float* tap = from;
            float* to = taps + i;
            for (int t = 0; t < number; t++, tap += step, to += count)
            {
                *to = *tap;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform<TForm, TSimd, TVector>(float* taps, float* temporary, float* to, nint matrix)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* from = taps;
        for (int i = 0; i < TForm.Taps; i++, from += TForm.Taps * TSimd.Count)
        {
            Line<TForm, TSimd, TVector>(from, temporary + (i * TSimd.Count), TForm.Taps * TSimd.Count);
        }

        from = temporary;
        for (int j = 0; j < TForm.Products; j++, from += TForm.Taps * TSimd.Count)
        {
            Line<TForm, TSimd, TVector>(from, to + (j * matrix), TForm.Products * matrix);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line<TForm, TSimd, TVector>(float* from, float* to, nint step)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TForm.Weights<TSimd, TVector>(
            TSimd.Load(from),
            TSimd.Load(from + TSimd.Count),
            TSimd.Load(from + (2 * TSimd.Count)),
            TForm.Taps > 3 ? TSimd.Load(from + (3 * TSimd.Count)) : TSimd.Zero,
            TForm.Taps > 3 ? TSimd.Load(from + (4 * TSimd.Count)) : TSimd.Zero,
            to,
            step);
    }
}
