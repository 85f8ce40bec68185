using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Runs of outputs of <see cref="MaxPool2d"/> whose windows lie inside the columns, a register of outputs at a time: the same
/// results.</summary>
/// <remarks>For strides of one and two. Lanes are outputs, taps follow in row-major order, so ties and NaN go as they do one by
/// one.</remarks>
internal static unsafe class MaxPoolRows
{
    /// <summary>Which outputs of a row can be done here.</summary>
    /// <param name="shape">Sizes.</param>
    /// <returns>The range; empty, and then at the end of the row, where there are too few or the stride or the kernel does not
    /// fit.</returns>
    public static (int First, int Last) Interior(in Pool2dShape shape)
    {
        int first = (shape.PaddingWidth + shape.StrideWidth - 1) / shape.StrideWidth;
        int last = Math.Min(((shape.InWidth + shape.PaddingWidth - shape.KernelWidth) / shape.StrideWidth) + 1, shape.OutWidth);
        bool fits = shape.StrideWidth is 1 or 2
            && shape.KernelWidth >= 2
            && last - first >= Pairs128.Count
            && (long)shape.KernelHeight * shape.InWidth < 1 << 24;
        return fits ? (first, last) : (shape.OutWidth, shape.OutWidth);
    }

    /// <summary>The maxima of outputs first to last - 1 of a row.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="x">The plane.</param>
    /// <param name="y">The row of outputs.</param>
    /// <param name="oy">Its number.</param>
    /// <param name="first">First output.</param>
    /// <param name="last">Where to stop.</param>
    /// <param name="width">The registers to use.</param>
    public static void Forward(in Pool2dShape shape, float* x, float* y, int oy, int first, int last, VectorWidth width)
    {
        if (UsesWide(first, last, width)) Forward<Pairs256>(shape, x, y, oy, first, last);
        else Forward<Pairs128>(shape, x, y, oy, first, last);
    }

    /// <summary>Adds the gradients of outputs first to last - 1 of a row to their maxima's places, in ascending order.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="x">The plane.</param>
    /// <param name="dy">The row of gradients.</param>
    /// <param name="dx">The plane's gradient.</param>
    /// <param name="oy">The row's number.</param>
    /// <param name="first">First output.</param>
    /// <param name="last">Where to stop.</param>
    /// <param name="reluMask">Nothing where the maximum is not greater than 0.</param>
    /// <param name="width">The registers to use.</param>
    public static void Backward(
        in Pool2dShape shape, float* x, float* dy, float* dx, int oy, int first, int last, bool reluMask, VectorWidth width)
    {
        if (UsesWide(first, last, width)) Backward<Pairs256>(shape, x, dy, dx, oy, first, last, reluMask);
        else Backward<Pairs128>(shape, x, dy, dx, oy, first, last, reluMask);
    }

    private static bool UsesWide(int first, int last, VectorWidth width) =>
        width != VectorWidth.Vector128 && last - first >= Pairs256.Count && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TP>(in Pool2dShape shape, float* x, float* y, int oy, int first, int last)
        where TP : unmanaged, IPairs<TP>
    {
        for (int ox = first; ox < last; ox += TP.Count)
        {
            int at = Math.Min(ox, last - TP.Count);
            Maxima(shape, x, oy, at, out TP best, out _);
            best.Store(y + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TP>(in Pool2dShape shape, float* x, float* dy, float* dx, int oy, int first, int last, bool reluMask)
        where TP : unmanaged, IPairs<TP>
    {
        float* winners = stackalloc float[TP.Count];
        float* gradients = stackalloc float[TP.Count];
        int top = Math.Max((oy * shape.StrideHeight) - shape.PaddingHeight, 0);
        for (int ox = first; ox < last; ox += TP.Count)
        {
            int at = Math.Min(ox, last - TP.Count);
            Maxima(shape, x, oy, at, out TP best, out TP winner);
            TP gradient = TP.Load(dy + at);
            if (reluMask) gradient &= TP.Greater(best, TP.Zero);
            winner.Store(winners);
            gradient.Store(gradients);
            for (int lane = ox - at; lane < TP.Count; lane++)
            {
                int left = ((at + lane) * shape.StrideWidth) - shape.PaddingWidth;
                dx[(top * shape.InWidth) + left + (int)winners[lane]] += gradients[lane];
            }
        }
    }

    // The winner is the tap's distance from the window's first element, as a float: exact below 2^24.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Maxima<TP>(in Pool2dShape shape, float* x, int oy, int ox, out TP best, out TP winner)
        where TP : unmanaged, IPairs<TP>
    {
        int top = (oy * shape.StrideHeight) - shape.PaddingHeight;
        int bottom = Math.Min(top + shape.KernelHeight, shape.InHeight);
        top = Math.Max(top, 0);
        float* corner = x + (top * shape.InWidth) + (ox * shape.StrideWidth) - shape.PaddingWidth;
        best = TP.Splat(float.NegativeInfinity);
        winner = TP.Zero;
        for (int iy = top; iy < bottom; iy++)
        {
            int offset = (iy - top) * shape.InWidth;
            float* row = corner + offset;
            int kx = 0;
            if (shape.StrideWidth == 2)
            {
                for (; kx + 1 < shape.KernelWidth; kx += 2)
                {
                    TP even = TP.LoadPairs(row + kx, out TP odd);
                    Challenge(even, offset + kx, ref best, ref winner);
                    Challenge(odd, offset + kx + 1, ref best, ref winner);
                }

                if (kx < shape.KernelWidth)
                {
                    // One element back, so that nothing right of the last window is read.
                    _ = TP.LoadPairs(row + kx - 1, out TP tap);
                    Challenge(tap, offset + kx, ref best, ref winner);
                }
            }
            else
            {
                for (; kx < shape.KernelWidth; kx++) Challenge(TP.Load(row + kx), offset + kx, ref best, ref winner);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Challenge<TP>(TP value, int offset, ref TP best, ref TP winner)
        where TP : unmanaged, IPairs<TP>
    {
        TP wins = TP.Greater(value, best) | TP.IsNaN(value);
        best = TP.Select(wins, value, best);
        winner = TP.Select(wins, TP.Splat(offset), winner);
    }
}
