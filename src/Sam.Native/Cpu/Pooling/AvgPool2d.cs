using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Mean over windows and its gradient.</summary>
/// <remarks>
/// y[p, oy, ox] = sum of the window's elements inside the plane / n, in float, with n the window's elements inside the plane or, where
/// padding
/// counts, those inside the padded plane. Order: row-major within the window; for a single window over the whole plane that of
/// <see cref="ChannelSums.Piece{TV}"/>. In the gradient each element adds dy / n of the windows that hold it in ascending order of (oy,
/// ox).
/// Planes are independent, so the bits depend on neither threads nor width. NaN passes.
/// </remarks>
internal static unsafe class AvgPool2d
{
    /// <summary>The means.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="countIncludePad">Whether padding counts in n.</param>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="y">(B, C, H', W').</param>
    public static void Forward(WorkerTeam? team, in Pool2dShape shape, int batch, bool countIncludePad, float* x, float* y)
    {
        ForwardJob job = new()
        {
            Shape = shape,
            Planes = (long)batch * shape.Channels,
            CountIncludePad = countIncludePad,
            X = x,
            Y = y,
            Width = Simd.Width,
        };
        team.Dispatch(PoolPlanes.Parts(shape, batch), ref job);
    }

    /// <summary>The gradient by the input.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="countIncludePad">Whether padding counts in n.</param>
    /// <param name="dy">(B, C, H', W').</param>
    /// <param name="dx">(B, C, H, W), overwritten; overlaps nothing but the mask, which it may be.</param>
    /// <param name="reluMask">(B, C, H, W): the gradient is kept where this is greater than 0; null keeps all.</param>
    public static void Backward(
        WorkerTeam? team, in Pool2dShape shape, int batch, bool countIncludePad, float* dy, float* dx, float* reluMask)
    {
        BackwardJob job = new()
        {
            Shape = shape,
            Planes = (long)batch * shape.Channels,
            CountIncludePad = countIncludePad,
            Dy = dy,
            Dx = dx,
            Mask = reluMask,
        };
        team.Dispatch(PoolPlanes.Parts(shape, batch), ref job);
    }

    private readonly struct Window
    {
        public readonly int Top;
        public readonly int Left;
        public readonly int Bottom;
        public readonly int Right;
        public readonly float Divisor;

        public Window(in Pool2dShape shape, int oy, int ox, bool countIncludePad)
        {
            int top = (oy * shape.StrideHeight) - shape.PaddingHeight;
            int left = (ox * shape.StrideWidth) - shape.PaddingWidth;
            int padded = (Math.Min(top + shape.KernelHeight, shape.InHeight + shape.PaddingHeight) - top)
                * (Math.Min(left + shape.KernelWidth, shape.InWidth + shape.PaddingWidth) - left);
            Bottom = Math.Min(top + shape.KernelHeight, shape.InHeight);
            Right = Math.Min(left + shape.KernelWidth, shape.InWidth);
            Top = Math.Max(top, 0);
            Left = Math.Max(left, 0);
            Divisor = countIncludePad ? padded : (Bottom - Top) * (Right - Left);
        }
    }

    private struct ForwardJob : ITeamJob
    {
        public Pool2dShape Shape;
        public long Planes;
        public bool CountIncludePad;
        public float* X;
        public float* Y;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long perPart = PoolPlanes.PerPart(Shape);
            long last = Math.Min((part + 1) * perPart, Planes);
            long inSize = (long)Shape.InHeight * Shape.InWidth;
            long outSize = (long)Shape.OutHeight * Shape.OutWidth;
            bool global = PoolPlanes.IsGlobal(Shape);
            for (long plane = part * perPart; plane < last; plane++)
            {
                if (global) Y[plane] = Mean(X + (plane * inSize), (int)inSize);
                else Plane(X + (plane * inSize), Y + (plane * outSize));
            }
        }

        private readonly float Mean(float* x, int size) => Width switch
        {
            VectorWidth.Vector512 => ChannelSums.Piece<Lanes512>(x, size),
            VectorWidth.Vector256 => ChannelSums.Piece<Lanes256>(x, size),
            _ => ChannelSums.Piece<Lanes128>(x, size),
        } / size;

        private readonly void Plane(float* x, float* y)
        {
            for (int oy = 0; oy < Shape.OutHeight; oy++)
            {
                for (int ox = 0; ox < Shape.OutWidth; ox++)
                {
                    Window window = new(Shape, oy, ox, CountIncludePad);
                    float sum = 0f;
                    for (int iy = window.Top; iy < window.Bottom; iy++)
                    {
                        for (int ix = window.Left; ix < window.Right; ix++) sum += x[(iy * Shape.InWidth) + ix];
                    }

                    *y++ = sum / window.Divisor;
                }
            }
        }
    }

    private struct BackwardJob : ITeamJob
    {
        public Pool2dShape Shape;
        public long Planes;
        public bool CountIncludePad;
        public float* Dy;
        public float* Dx;
        public float* Mask;

        public readonly void Invoke(int part, int worker)
        {
            long perPart = PoolPlanes.PerPart(Shape);
            long last = Math.Min((part + 1) * perPart, Planes);
            int inSize = Shape.InHeight * Shape.InWidth;
            int outSize = Shape.OutHeight * Shape.OutWidth;
            bool global = PoolPlanes.IsGlobal(Shape);
            for (long plane = part * perPart; plane < last; plane++)
            {
                float* dx = Dx + (plane * inSize);
                float* mask = Mask == null ? null : Mask + (plane * inSize);
                if (global) Spread(Dy[plane] / inSize, dx, mask, inSize);
                else Plane(Dy + (plane * outSize), dx, mask);
            }
        }

        private static void Spread(float gradient, float* dx, float* mask, int size)
        {
            if (mask == null) new Span<float>(dx, size).Fill(gradient);
            else for (int i = 0; i < size; i++) dx[i] = mask[i] > 0f ? gradient : 0f;
        }

        // Element by element, gathering from the windows that hold it: the mask may lie where the gradient goes.
        private readonly void Plane(float* dy, float* dx, float* mask)
        {
            for (int iy = 0; iy < Shape.InHeight; iy++)
            {
                int firstRow = First(iy + Shape.PaddingHeight, Shape.KernelHeight, Shape.StrideHeight);
                int lastRow = Math.Min((iy + Shape.PaddingHeight) / Shape.StrideHeight, Shape.OutHeight - 1);
                for (int ix = 0; ix < Shape.InWidth; ix++)
                {
                    int at = (iy * Shape.InWidth) + ix;
                    float sum = 0f;
                    if (mask == null || mask[at] > 0f)
                    {
                        int first = First(ix + Shape.PaddingWidth, Shape.KernelWidth, Shape.StrideWidth);
                        int last = Math.Min((ix + Shape.PaddingWidth) / Shape.StrideWidth, Shape.OutWidth - 1);
                        for (int oy = firstRow; oy <= lastRow; oy++)
                        {
                            for (int ox = first; ox <= last; ox++)
                            {
                                sum += dy[(oy * Shape.OutWidth) + ox] / new Window(Shape, oy, ox, CountIncludePad).Divisor;
                            }
                        }
                    }

                    dx[at] = sum;
                }
            }
        }

        // The first window that reaches a padded coordinate: the smallest o >= 0 with o stride + kernel > at.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static int First(int at, int kernel, int stride) => at < kernel ? 0 : ((at - kernel) / stride) + 1;
    }
}
