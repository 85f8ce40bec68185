using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The convolution itself where pixels are so few that each weight is read for less than it takes to load it: y[m, p] = sum over j of
/// w[m, j] patch[p, j], four rows of weights at a time, each read from its first element to its last. A part is four rows.</summary>
/// <remarks>Order: element j goes to virtual lane j mod 16, a chain of fused multiply-adds in ascending order, begun at 0; the 16 lanes are
/// added as a tree (l and l + 8, l and l + 4, l and l + 2, l and l + 1); bias and ReLU follow.</remarks>
internal unsafe struct FewPixelForward : ITeamJob
{
    private const int Rows = 4;

    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>What <see cref="FewPixelPatches"/> made.</summary>
    public float* Patches;

    /// <summary>w.</summary>
    public float* Weights;

    /// <summary>The bias; null for none.</summary>
    public float* Bias;

    /// <summary>Whether values below 0 become 0.</summary>
    public bool Relu;

    /// <summary>y: (B, OutChannels, OutHeight, OutWidth).</summary>
    public float* Output;

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

    private readonly void Part<TV>(int part)
        where TV : unmanaged, ILanes<TV>
    {
        int outChannels = Shape.OutChannels / Shape.Groups, group = part / PartsOfGroup, row = part % PartsOfGroup * Rows;
        int rows = Math.Min(Rows, outChannels - row), plane = Shape.OutHeight * Shape.OutWidth, pixels = Batch * plane;
        nint columns = (nint)Shape.InChannels / Shape.Groups * Shape.KernelHeight * Shape.KernelWidth, step = FewPixelPlan.PatchStep(Shape);
        int channel = (group * outChannels) + row;
        float* weights = Weights + (channel * columns);
        float* patches = Patches + (group * pixels * step);

        // Rows beyond the last are computed as the last and not stored.
        nint second = rows > 1 ? columns : 0, third = rows > 2 ? 2 * columns : second, fourth = rows > 3 ? 3 * columns : third;
        float* sums = stackalloc float[Rows * 2];
        for (int p = 0; p < pixels; p += 2)
        {
            bool pair = p + 1 < pixels;
            Dots<TV>(weights, second, third, fourth, patches + (p * step), pair ? step : 0, columns, sums);
            Store(sums, channel, rows, p, plane);
            if (pair) Store(sums + Rows, channel, rows, p + 1, plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots<TV>(float* w, nint second, nint third, nint fourth, float* patch, nint step, nint columns, float* sums)
        where TV : unmanaged, ILanes<TV>
    {
        TV a0 = TV.Splat(0f), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint j = 0;
        for (; j <= columns - 16; j += 16)
        {
            TV x = TV.Load(patch + j), y = TV.Load(patch + step + j), weight = TV.Load(w + j);
            a0 = TV.Fma(weight, x, a0);
            b0 = TV.Fma(weight, y, b0);
            weight = TV.Load(w + second + j);
            a1 = TV.Fma(weight, x, a1);
            b1 = TV.Fma(weight, y, b1);
            weight = TV.Load(w + third + j);
            a2 = TV.Fma(weight, x, a2);
            b2 = TV.Fma(weight, y, b2);
            weight = TV.Load(w + fourth + j);
            a3 = TV.Fma(weight, x, a3);
            b3 = TV.Fma(weight, y, b3);
        }

        if (j < columns)
        {
            int count = (int)(columns - j);
            TV x = TV.LoadPartial(patch + j, count), y = TV.LoadPartial(patch + step + j, count), weight = TV.LoadPartial(w + j, count);
            a0 = TV.Fma(weight, x, a0);
            b0 = TV.Fma(weight, y, b0);
            weight = TV.LoadPartial(w + second + j, count);
            a1 = TV.Fma(weight, x, a1);
            b1 = TV.Fma(weight, y, b1);
            weight = TV.LoadPartial(w + third + j, count);
            a2 = TV.Fma(weight, x, a2);
            b2 = TV.Fma(weight, y, b2);
            weight = TV.LoadPartial(w + fourth + j, count);
            a3 = TV.Fma(weight, x, a3);
            b3 = TV.Fma(weight, y, b3);
        }

        sums[0] = a0.Sum();
        sums[1] = a1.Sum();
        sums[2] = a2.Sum();
        sums[3] = a3.Sum();
        sums[4] = b0.Sum();
        sums[5] = b1.Sum();
        sums[6] = b2.Sum();
        sums[7] = b3.Sum();
    }

    private readonly void Store(float* sums, int channel, int rows, int pixel, int plane)
    {
        float* to = Output + (((nint)(pixel / plane) * Shape.OutChannels) + channel) * plane + (pixel % plane);
        for (int r = 0; r < rows; r++, to += plane)
        {
            float y = Bias == null ? sums[r] : sums[r] + Bias[channel + r];
            *to = Relu && y < 0 ? 0f : y;
        }
    }
}
