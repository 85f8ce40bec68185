using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The data gradient where pixels are few: u[p, (c, tap)] = sum over m of dy[m, p] w[m, (c, tap)], which reads the weights as they
/// lie, then dx[c, where tap leads from p] += u[p, (c, tap)]. A part is some input channels of a group.</summary>
/// <remarks>Order: u is one chain of fused multiply-adds over output channels ascending, begun at 0; dx is the sum over taps (row, column)
/// ascending, begun at 0 or at what was there.</remarks>
internal unsafe struct FewPixelData : ITeamJob
{
    // Rows of weights that are read side by side.
    private const int Rows = 4;

    // The sums of a block of columns stay in the first-level cache, those of a part in the second.
    private const int BlockElements = 1 << 12;
    private const int SumElements = 1 << 15;

    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>dy: (B, OutChannels, OutHeight, OutWidth).</summary>
    public float* OutputGradient;

    /// <summary>w.</summary>
    public float* Weights;

    /// <summary>The input, where it came out of a ReLU; null for none.</summary>
    public float* Mask;

    /// <summary>dx: (B, InChannels, InHeight, InWidth).</summary>
    public float* InputGradient;

    /// <summary>Whether dx is added to.</summary>
    public bool Accumulate;

    /// <summary>Parts of one group.</summary>
    public int PartsOfGroup;

    /// <summary>Input channels of a part.</summary>
    public int PartChannels;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>The team's scratch memory.</summary>
    public byte* Scratch;

    /// <summary>Shares the channels of a group out.</summary>
    /// <param name="threads">Threads that share the parts.</param>
    public void Cut(int threads)
    {
        int channels = Shape.InChannels / Shape.Groups, taps = Shape.KernelHeight * Shape.KernelWidth;
        int most = Math.Max(1, SumElements / ((int)FewPixelPlan.Pixels(Shape, Batch) * taps));
        int parts = Math.Max(Math.Min(threads, channels), (channels + most - 1) / most);
        PartChannels = (channels + parts - 1) / parts;
        PartsOfGroup = (channels + PartChannels - 1) / PartChannels;
    }

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        switch (Width)
        {
            case VectorWidth.Vector512: Part<Lanes512>(part, scratch); break;
            case VectorWidth.Vector256: Part<Lanes256>(part, scratch); break;
            default: Part<Lanes128>(part, scratch); break;
        }
    }

    private readonly void Part<TV>(int part, float* scratch)
        where TV : unmanaged, ILanes<TV>
    {
        int inChannels = Shape.InChannels / Shape.Groups, outChannels = Shape.OutChannels / Shape.Groups;
        int taps = Shape.KernelHeight * Shape.KernelWidth, plane = Shape.OutHeight * Shape.OutWidth, pixels = Batch * plane;
        int group = part / PartsOfGroup, channel = part % PartsOfGroup * PartChannels;
        int channels = Math.Min(PartChannels, inChannels - channel);
        int columns = channels * taps, step = (columns + 15) & ~15;
        float* sums = scratch;
        float* factors = sums + ((nint)pixels * step);
        new Span<float>(sums, pixels * step).Clear();
        for (int m = 0; m < outChannels; m++)
        {
            for (int p = 0; p < pixels; p++)
            {
                factors[((nint)p * outChannels) + m] =
                    OutputGradient[(((nint)(p / plane) * Shape.OutChannels) + (group * outChannels) + m) * plane + (p % plane)];
            }
        }

        nint rowStep = (nint)inChannels * taps;
        float* weights = Weights + (group * outChannels * rowStep) + ((nint)channel * taps);
        int block = BlockElements / pixels & ~31;
        for (int first = 0; first < columns; first += block)
        {
            int wide = Math.Min(block, columns - first), row = 0;
            for (; row <= outChannels - Rows; row += Rows)
            {
                FourRows<TV>(weights + first + (row * rowStep), rowStep, wide, factors + row, outChannels, pixels, sums + first, step);
            }

            for (; row < outChannels; row++)
            {
                OneRow<TV>(weights + first + (row * rowStep), wide, factors + row, outChannels, pixels, sums + first, step);
            }
        }

        for (int image = 0; image < Batch; image++)
        {
            for (int c = 0; c < channels; c++)
            {
                nint at = (((nint)image * Shape.InChannels) + (group * inChannels) + channel + c) * Shape.InHeight * Shape.InWidth;
                Gather(sums + ((nint)image * plane * step) + (c * taps), step, InputGradient + at, Mask == null ? null : Mask + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<TV>(
        float* weights, nint rowStep, int columns, float* factors, nint factorStep, int pixels, float* sums, nint step)
        where TV : unmanaged, ILanes<TV>
    {
        int j = 0;
        for (; j <= columns - 32; j += 32)
        {
            float* w = weights + j;
            TV w0 = TV.Load(w), v0 = TV.Load(w + 16);
            w += rowStep;
            TV w1 = TV.Load(w), v1 = TV.Load(w + 16);
            w += rowStep;
            TV w2 = TV.Load(w), v2 = TV.Load(w + 16);
            w += rowStep;
            TV w3 = TV.Load(w), v3 = TV.Load(w + 16);
            float* factor = factors;
            float* sum = sums + j;
            for (int p = 0; p < pixels; p++, factor += factorStep, sum += step)
            {
                TV f0 = TV.Splat(factor[0]), f1 = TV.Splat(factor[1]), f2 = TV.Splat(factor[2]), f3 = TV.Splat(factor[3]);
                TV.Fma(f3, w3, TV.Fma(f2, w2, TV.Fma(f1, w1, TV.Fma(f0, w0, TV.Load(sum))))).Store(sum);
                TV.Fma(f3, v3, TV.Fma(f2, v2, TV.Fma(f1, v1, TV.Fma(f0, v0, TV.Load(sum + 16))))).Store(sum + 16);
            }
        }

        for (; j < columns; j += 16)
        {
            int count = Math.Min(16, columns - j);
            float* w = weights + j;
            TV w0 = PieceLoop.Load<TV>(w, count), w1 = PieceLoop.Load<TV>(w + rowStep, count);
            TV w2 = PieceLoop.Load<TV>(w + (2 * rowStep), count), w3 = PieceLoop.Load<TV>(w + (3 * rowStep), count);
            float* factor = factors;
            float* sum = sums + j;
            for (int p = 0; p < pixels; p++, factor += factorStep, sum += step)
            {
                TV u = TV.Fma(TV.Splat(factor[1]), w1, TV.Fma(TV.Splat(factor[0]), w0, TV.Load(sum)));
                TV.Fma(TV.Splat(factor[3]), w3, TV.Fma(TV.Splat(factor[2]), w2, u)).Store(sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<TV>(float* weights, int columns, float* factors, nint factorStep, int pixels, float* sums, nint step)
        where TV : unmanaged, ILanes<TV>
    {
        for (int j = 0; j < columns; j += 16)
        {
            TV w = PieceLoop.Load<TV>(weights + j, Math.Min(16, columns - j));
            for (int p = 0; p < pixels; p++)
            {
                float* sum = sums + (p * step) + j;
                TV.Fma(TV.Splat(factors[p * factorStep]), w, TV.Load(sum)).Store(sum);
            }
        }
    }

    /// <summary>One channel of one image: adds up what its taps send.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(float* sums, nint step, float* dx, float* mask)
    {
        int height = Shape.InHeight, width = Shape.InWidth, tap = 0;
        if (!Accumulate) new Span<float>(dx, height * width).Clear();
        for (int r = 0; r < Shape.KernelHeight; r++)
        {
            for (int s = 0; s < Shape.KernelWidth; s++, tap++)
            {
                float* u = sums + tap;
                for (int y = 0; y < Shape.OutHeight; y++)
                {
                    int row = (y * Shape.StrideHeight) - Shape.PaddingHeight + (r * Shape.DilationHeight);
                    if ((uint)row >= (uint)height)
                    {
                        u += Shape.OutWidth * step;
                        continue;
                    }

                    for (int x = 0; x < Shape.OutWidth; x++, u += step)
                    {
                        int column = (x * Shape.StrideWidth) - Shape.PaddingWidth + (s * Shape.DilationWidth);
                        if ((uint)column < (uint)width) dx[(row * width) + column] += *u;
                    }
                }
            }
        }

        if (mask == null) return;
        for (int i = 0; i < height * width; i++)
        {
            if (!(mask[i] > 0)) dx[i] = 0f;
        }
    }
}
