using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The weight gradient where pixels are few: dw[m, j] = sum over pixels p of dy[m, p] patch[p, j], four rows of dw at a time, each
/// written once from its first element to its last. A part is four rows.</summary>
/// <remarks>Order: one chain of fused multiply-adds over pixels (image, row, column) ascending, begun at 0; it is added to what was there
/// where gradients accumulate.</remarks>
internal unsafe struct FewPixelWeights : ITeamJob
{
    /// <summary>Rows of a part.</summary>
    public const int Rows = 4;

    // The part of the patches that all rows of a part go through lies in the first-level cache.
    private const int BlockElements = 6144;

    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>dy: (B, OutChannels, OutHeight, OutWidth).</summary>
    public float* OutputGradient;

    /// <summary>What <see cref="FewPixelPatches"/> made.</summary>
    public float* Patches;

    /// <summary>dw.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Parts of one group.</summary>
    public readonly int PartsOfGroup => ((Shape.OutChannels / Shape.Groups) + Rows - 1) / Rows;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        switch (Width)
        {
            case VectorWidth.Vector512: Part<Lanes512>(part); break;
            case VectorWidth.Vector256: Part<Lanes256>(part); break;
            default: Part<Lanes128>(part); break;
        }
    }

    [SkipLocalsInit]
    private readonly void Part<TV>(int part)
        where TV : unmanaged, ILanes<TV>
    {
        int outChannels = Shape.OutChannels / Shape.Groups, group = part / PartsOfGroup, row = part % PartsOfGroup * Rows;
        int rows = Math.Min(Rows, outChannels - row), pixels = (int)FewPixelPlan.Pixels(Shape, Batch);
        int plane = Shape.OutHeight * Shape.OutWidth;
        nint columns = (nint)Shape.InChannels / Shape.Groups * Shape.KernelHeight * Shape.KernelWidth, step = FewPixelPlan.PatchStep(Shape);
        float* factors = stackalloc float[Rows * FewPixelPlan.MaxPixels];
        for (int p = 0; p < pixels; p++)
        {
            nint image = (nint)(p / plane) * Shape.OutChannels * plane;
            for (int r = 0; r < Rows; r++)
            {
                // Rows beyond the last are computed as the last and not stored.
                nint channel = (group * outChannels) + row + Math.Min(r, rows - 1);
                factors[(p * Rows) + r] = OutputGradient[image + (channel * plane) + (p % plane)];
            }
        }

        float* patches = Patches + (group * pixels * step);
        float* target = Target + (((nint)(group * outChannels) + row) * columns);
        bool streams = FewPixelPlan.Streams(Shape) && !Accumulate && (columns & 15) == 0 && ((nint)target & 63) == 0;
        nint block = BlockElements / pixels & ~15;
        for (nint first = 0; first < columns; first += block)
        {
            nint last = nint.Min(columns, first + block);
            Block<TV>(patches, step, pixels, factors, target, columns, first, last, rows, streams);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block<TV>(
        float* patches, nint step, int pixels, float* factors, float* target, nint columns, nint first, nint last, int rows, bool streams)
        where TV : unmanaged, ILanes<TV>
    {
        nint j = first;
        for (; rows == Rows && j <= last - 32; j += 32)
        {
            TV sum0 = TV.Splat(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0, next0 = sum0, next1 = sum0, next2 = sum0, next3 = sum0;
            float* patch = patches + j;
            float* factor = factors;
            for (int p = 0; p < pixels; p++, patch += step, factor += Rows)
            {
                TV x = TV.Load(patch), next = TV.Load(patch + 16), f = TV.Splat(factor[0]);
                sum0 = TV.Fma(f, x, sum0);
                next0 = TV.Fma(f, next, next0);
                f = TV.Splat(factor[1]);
                sum1 = TV.Fma(f, x, sum1);
                next1 = TV.Fma(f, next, next1);
                f = TV.Splat(factor[2]);
                sum2 = TV.Fma(f, x, sum2);
                next2 = TV.Fma(f, next, next2);
                f = TV.Splat(factor[3]);
                sum3 = TV.Fma(f, x, sum3);
                next3 = TV.Fma(f, next, next3);
            }

            float* to = target + j;
            Store(to, sum0, 16, streams);
            Store(to + 16, next0, 16, streams);
            Store(to + columns, sum1, 16, streams);
            Store(to + columns + 16, next1, 16, streams);
            to += 2 * columns;
            Store(to, sum2, 16, streams);
            Store(to + 16, next2, 16, streams);
            Store(to + columns, sum3, 16, streams);
            Store(to + columns + 16, next3, 16, streams);
        }

        for (; j < last; j += 16)
        {
            TV sum0 = TV.Splat(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            float* patch = patches + j;
            float* factor = factors;
            for (int p = 0; p < pixels; p++, patch += step, factor += Rows)
            {
                TV x = TV.Load(patch);
                sum0 = TV.Fma(TV.Splat(factor[0]), x, sum0);
                sum1 = TV.Fma(TV.Splat(factor[1]), x, sum1);
                sum2 = TV.Fma(TV.Splat(factor[2]), x, sum2);
                sum3 = TV.Fma(TV.Splat(factor[3]), x, sum3);
            }

            int count = (int)nint.Min(16, last - j);
            Store(target + j, sum0, count, streams);
            if (rows > 1) Store(target + columns + j, sum1, count, streams);
            if (rows > 2) Store(target + (2 * columns) + j, sum2, count, streams);
            if (rows > 3) Store(target + (3 * columns) + j, sum3, count, streams);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<TV>(float* to, TV sum, int count, bool streams)
        where TV : unmanaged, ILanes<TV>
    {
        if (Accumulate) sum = PieceLoop.Load<TV>(to, count) + sum;
        PieceLoop.Store(to, sum, count, streams);
    }
}
