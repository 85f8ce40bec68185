using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Lays out what each output pixel sees of the input as a row: patch[group, pixel, (channel, tap)], zeros for the padding. A part is
/// some channels.</summary>
internal unsafe struct FewPixelPatches : ITeamJob
{
    private const int PartChannels = 64;

    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>x: (B, InChannels, InHeight, InWidth).</summary>
    public float* Input;

    /// <summary>Receives the patches, rows <see cref="FewPixelPlan.PatchStep"/> apart.</summary>
    public float* Patches;

    /// <summary>Parts.</summary>
    public readonly int Parts => (Shape.InChannels + PartChannels - 1) / PartChannels;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        int last = Math.Min(Shape.InChannels, (part + 1) * PartChannels);
        for (int channel = part * PartChannels; channel < last; channel++) Channel(channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Channel(int whole)
    {
        int channels = Shape.InChannels / Shape.Groups, group = whole / channels, channel = whole % channels;
        int taps = Shape.KernelHeight * Shape.KernelWidth;
        nint step = FewPixelPlan.PatchStep(Shape), plane = (nint)Shape.InHeight * Shape.InWidth;
        nint pixels = (nint)FewPixelPlan.Pixels(Shape, Batch);
        float* to = Patches + (group * pixels * step) + (channel * taps);
        for (int image = 0; image < Batch; image++)
        {
            float* from = Input + ((((nint)image * Shape.InChannels) + whole) * plane);
            for (int y = 0; y < Shape.OutHeight; y++)
            {
                for (int x = 0; x < Shape.OutWidth; x++, to += step)
                {
                    int left = (x * Shape.StrideWidth) - Shape.PaddingWidth;
                    float* patch = to;
                    for (int r = 0; r < Shape.KernelHeight; r++, patch += Shape.KernelWidth)
                    {
                        int row = (y * Shape.StrideHeight) - Shape.PaddingHeight + (r * Shape.DilationHeight);
                        Row(from + ((nint)row * Shape.InWidth), left, (uint)row < (uint)Shape.InHeight, patch);
                    }
                }
            }
        }
    }

    /// <summary>The taps of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Row(float* from, int left, bool inside, float* patch)
    {
        for (int s = 0; s < Shape.KernelWidth; s++)
        {
            int column = left + (s * Shape.DilationWidth);
            patch[s] = inside && (uint)column < (uint)Shape.InWidth ? from[column] : 0f;
        }
    }
}
