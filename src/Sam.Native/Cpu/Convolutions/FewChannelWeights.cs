using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Sixteen sums for each weight of a 3x3 convolution over few channels: lane l of weight (m, c, r, s) sums dy[m, i, j] x[c, i + r, j + s]
/// over the pixels with j mod 16 = l. A part is a share of the images and a band of output channels.</summary>
/// <remarks>Order of a lane: one chain of fused multiply-adds over (image, i, j) ascending within the share, begun at 0. The lanes and then the
/// shares are added by <see cref="FewChannelSums"/>.</remarks>
internal unsafe struct FewChannelWeights : ITeamJob
{
    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Images.</summary>
    public int Batch;

    /// <summary>Images of a share.</summary>
    public int Images;

    /// <summary>Bands of output channels.</summary>
    public int Bands;

    /// <summary>Output channels of a band.</summary>
    public int BandRows;

    /// <summary>x: (B, InChannels, InHeight, InWidth).</summary>
    public float* Input;

    /// <summary>dy: (B, OutChannels, OutHeight, OutWidth).</summary>
    public float* OutputGradient;

    /// <summary>The sums: (share, OutChannels, InChannels, 3, 3, 16).</summary>
    public float* Sums;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        int band = part % Bands, share = part / Bands, row = band * BandRows, rows = Math.Min(BandRows, Shape.OutChannels - row);
        if (rows <= 0) return;
        float* tile = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        nint rowElements = (nint)Shape.InChannels * FewChannelPlan.Taps * FewChannelPlan.Lanes;
        float* sums = Sums + (share * (nint)FewChannelPlan.SumElements(Shape)) + (row * rowElements);
        new Span<float>(sums, (int)(rows * rowElements)).Clear();
        int last = Math.Min(Batch, (share + 1) * Images);
        for (int image = share * Images; image < last; image++)
        {
            Pad(image, tile);
            float* dy = OutputGradient + ((((nint)image * Shape.OutChannels) + row) * Shape.OutHeight * Shape.OutWidth);
            switch (Width)
            {
                case VectorWidth.Vector512: Image<Simd512, Vector512<float>>(rows, dy, tile, sums, rowElements); break;
                case VectorWidth.Vector256: Image<Simd256, Vector256<float>>(rows, dy, tile, sums, rowElements); break;
                default: Image<Simd128, Vector128<float>>(rows, dy, tile, sums, rowElements); break;
            }
        }
    }

    // Three rows of sums share what is read of the image where the registers hold them; each row's order is the same either way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Image<TSimd, TVector>(int rows, float* dy, float* tile, float* sums, nint rowElements)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint plane = (nint)Shape.OutHeight * Shape.OutWidth, step = FewChannelPlan.TileStep(Shape);
        int together = TSimd.Count == FewChannelPlan.Lanes ? 3 : 1;
        for (int row = 0; row < rows; row += rows - row >= together ? together : 1)
        {
            for (int channel = 0; channel < Shape.InChannels; channel++)
            {
                float* x = tile + (channel * FewChannelPlan.TileRows(Shape) * step);
                float* to = sums + (row * rowElements) + (channel * FewChannelPlan.Taps * FewChannelPlan.Lanes);
                float* gradient = dy + (row * plane);
                if (rows - row >= together && together == 3)
                {
                    FewChannelTiles.ThreeRows<TSimd, TVector>(gradient, plane, x, step, Shape.OutHeight, Shape.OutWidth, to, rowElements);
                    continue;
                }

                for (int lane = 0; lane < FewChannelPlan.Lanes; lane += TSimd.Count)
                {
                    FewChannelTiles.OneRow<TSimd, TVector>(gradient + lane, x + lane, step, Shape.OutHeight, Shape.OutWidth, to + lane);
                }
            }
        }
    }

    /// <summary>Copies an image into the middle of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pad(int image, float* tile)
    {
        int step = FewChannelPlan.TileStep(Shape), rows = FewChannelPlan.TileRows(Shape);
        new Span<float>(tile, Shape.InChannels * rows * step).Clear();
        float* from = Input + ((nint)image * Shape.InCount);
        for (int channel = 0; channel < Shape.InChannels; channel++)
        {
            float* to = tile + (((channel * rows) + Shape.PaddingHeight) * step) + Shape.PaddingWidth;
            for (int i = 0; i < Shape.InHeight; i++, from += Shape.InWidth, to += step)
            {
                new ReadOnlySpan<float>(from, Shape.InWidth).CopyTo(new Span<float>(to, Shape.InWidth));
            }
        }
    }
}
