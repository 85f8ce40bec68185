namespace Sam.Native.Cpu;

/// <summary>Maximum over windows and its gradient.</summary>
/// <remarks>
/// y[p, oy, ox] is the maximum of the window's elements that lie inside the plane, in row-major order: a later one takes over where it is
/// greater or NaN, so the first of equal maxima wins and NaN does against every number, as in torch. The gradient goes to that same
/// element, which is
/// found again in the input; where windows overlap they are added in ascending order of (oy, ox). Planes are independent, so the bits
/// depend on neither threads nor width.
/// </remarks>
internal static unsafe class MaxPool2d
{
    /// <summary>The maxima.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="shape">Sizes of one example; every window has an element inside the plane.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="y">(B, C, H', W').</param>
    public static void Forward(WorkerTeam? team, in Pool2dShape shape, int batch, float* x, float* y)
    {
        ForwardJob job = new() { Shape = shape, Planes = (long)batch * shape.Channels, X = x, Y = y, Width = Simd.Width };
        team.Dispatch(PoolPlanes.Parts(shape, batch), ref job);
    }

    /// <summary>The gradient by the input.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="x">The pooled input, (B, C, H, W).</param>
    /// <param name="dy">(B, C, H', W').</param>
    /// <param name="dx">(B, C, H, W), overwritten; overlaps nothing.</param>
    /// <param name="reluMask">Zero gradient where the element that won is not greater than 0: the gradient through a ReLU in front,
    /// too.</param>
    public static void Backward(WorkerTeam? team, in Pool2dShape shape, int batch, float* x, float* dy, float* dx, bool reluMask)
    {
        BackwardJob job = new()
        {
            Shape = shape,
            Planes = (long)batch * shape.Channels,
            X = x,
            Dy = dy,
            Dx = dx,
            ReluMask = reluMask,
            Width = Simd.Width,
        };
        team.Dispatch(PoolPlanes.Parts(shape, batch), ref job);
    }

    private static void ForwardPlane(in Pool2dShape shape, float* x, float* y, VectorWidth width)
    {
        (int first, int last) = MaxPoolRows.Interior(shape);
        for (int oy = 0; oy < shape.OutHeight; oy++)
        {
            for (int ox = 0; ox < first; ox++) y[ox] = x[Winner(shape, x, oy, ox)];
            if (first < last) MaxPoolRows.Forward(shape, x, y, oy, first, last, width);
            for (int ox = last; ox < shape.OutWidth; ox++) y[ox] = x[Winner(shape, x, oy, ox)];
            y += shape.OutWidth;
        }
    }

    private static void BackwardPlane(in Pool2dShape shape, float* x, float* dy, float* dx, bool reluMask, VectorWidth width)
    {
        (int first, int last) = MaxPoolRows.Interior(shape);
        new Span<float>(dx, shape.InHeight * shape.InWidth).Clear();
        for (int oy = 0; oy < shape.OutHeight; oy++)
        {
            for (int ox = 0; ox < first; ox++) Scatter(x, Winner(shape, x, oy, ox), dy[ox], dx, reluMask);
            if (first < last) MaxPoolRows.Backward(shape, x, dy, dx, oy, first, last, reluMask, width);
            for (int ox = last; ox < shape.OutWidth; ox++) Scatter(x, Winner(shape, x, oy, ox), dy[ox], dx, reluMask);
            dy += shape.OutWidth;
        }
    }

    private static void Scatter(float* x, int winner, float gradient, float* dx, bool reluMask)
    {
        if (!reluMask || x[winner] > 0f) dx[winner] += gradient;
    }

    private static int Winner(in Pool2dShape shape, float* x, int oy, int ox)
    {
        int top = (oy * shape.StrideHeight) - shape.PaddingHeight;
        int left = (ox * shape.StrideWidth) - shape.PaddingWidth;
        int bottom = Math.Min(top + shape.KernelHeight, shape.InHeight);
        int right = Math.Min(left + shape.KernelWidth, shape.InWidth);
        top = Math.Max(top, 0);
        left = Math.Max(left, 0);
        int winner = (top * shape.InWidth) + left;
        float best = float.NegativeInfinity;
        for (int iy = top; iy < bottom; iy++)
        {
            int row = iy * shape.InWidth;
            for (int ix = left; ix < right; ix++)
            {
                float value = x[row + ix];
                if (value > best || float.IsNaN(value))
                {
                    best = value;
                    winner = row + ix;
                }
            }
        }

        return winner;
    }

    private struct ForwardJob : ITeamJob
    {
        public Pool2dShape Shape;
        public long Planes;
        public float* X;
        public float* Y;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long perPart = PoolPlanes.PerPart(Shape);
            long last = Math.Min((part + 1) * perPart, Planes);
            long inSize = (long)Shape.InHeight * Shape.InWidth;
            long outSize = (long)Shape.OutHeight * Shape.OutWidth;
            bool twoByTwo = PoolPlanes.IsTwoByTwo(Shape);
            for (long plane = part * perPart; plane < last; plane++)
            {
                float* x = X + (plane * inSize);
                float* y = Y + (plane * outSize);
                if (twoByTwo) MaxPool2x2.ForwardPlane(Shape.InWidth, Shape.OutHeight, Shape.OutWidth, x, y, Width);
                else MaxPool2d.ForwardPlane(Shape, x, y, Width);
            }
        }
    }

    private struct BackwardJob : ITeamJob
    {
        public Pool2dShape Shape;
        public long Planes;
        public float* X;
        public float* Dy;
        public float* Dx;
        public bool ReluMask;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long perPart = PoolPlanes.PerPart(Shape);
            long last = Math.Min((part + 1) * perPart, Planes);
            long inSize = (long)Shape.InHeight * Shape.InWidth;
            long outSize = (long)Shape.OutHeight * Shape.OutWidth;
            bool twoByTwo = PoolPlanes.IsTwoByTwo(Shape);
            for (long plane = part * perPart; plane < last; plane++)
            {
                float* x = X + (plane * inSize);
                float* dy = Dy + (plane * outSize);
                float* dx = Dx + (plane * inSize);
                if (twoByTwo) MaxPool2x2.BackwardPlane(Shape, x, dy, dx, ReluMask, Width);
                else MaxPool2d.BackwardPlane(Shape, x, dy, dx, ReluMask, Width);
            }
        }
    }
}
