using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Planes of <see cref="MaxPool2d"/> for windows of two by two side by side: the same results, in registers.</summary>
/// <remarks>A row's last vector is moved back to end with the row, so some outputs are computed twice, to the same bits.</remarks>
internal static unsafe class MaxPool2x2
{
    /// <summary>The maxima of one plane.</summary>
    /// <param name="inWidth">Columns W of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Columns of the output.</param>
    /// <param name="x">(H, W).</param>
    /// <param name="y">(H', W').</param>
    /// <param name="width">The registers to use.</param>
    public static void ForwardPlane(int inWidth, int outHeight, int outWidth, float* x, float* y, VectorWidth width)
    {
        if (width != VectorWidth.Vector128 && outWidth >= 8 && Avx2.IsSupported) Forward256(inWidth, outHeight, outWidth, x, y);
        else if (outWidth >= 4) Forward<Pairs128>(inWidth, outHeight, outWidth, x, y);
        else ForwardNarrow(inWidth, outHeight, outWidth, x, y);
    }

    /// <summary>The gradient of one plane by its input.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="x">(H, W).</param>
    /// <param name="dy">(H', W').</param>
    /// <param name="dx">(H, W), overwritten.</param>
    /// <param name="reluMask">Zero where the maximum is not greater than 0.</param>
    /// <param name="width">The registers to use.</param>
    public static void BackwardPlane(in Pool2dShape shape, float* x, float* dy, float* dx, bool reluMask, VectorWidth width)
    {
        int inWidth = shape.InWidth;
        int outHeight = shape.OutHeight;
        int outWidth = shape.OutWidth;
        bool wide = width != VectorWidth.Vector128 && outWidth >= 8 && Avx2.IsSupported;
        if (wide) Backward256(inWidth, outHeight, outWidth, x, dy, dx, reluMask);
        else if (outWidth >= 4) Backward<Pairs128>(inWidth, outHeight, outWidth, x, dy, dx, reluMask);
        else BackwardNarrow(inWidth, outHeight, outWidth, x, dy, dx, reluMask);

        // What no window covers: the last column of an odd width, the last row of an odd height.
        if ((inWidth & 1) != 0)
        {
            for (int row = 0; row < shape.InHeight; row++) dx[(row * inWidth) + inWidth - 1] = 0f;
        }

        if ((shape.InHeight & 1) != 0) new Span<float>(dx + ((shape.InHeight - 1) * inWidth), inWidth).Clear();
    }

    // The 256-bit loops name the registers themselves: behind an operator struct the compiler runs out of its budget for inlining and calls each operator.
    private static void Forward256(int inWidth, int outHeight, int outWidth, float* x, float* y)
    {
        for (int oy = 0; oy < outHeight; oy++)
        {
            float* upper = x + (2 * oy * inWidth);
            float* lower = upper + inWidth;
            for (int ox = 0; ox < outWidth; ox += 8)
            {
                int at = Math.Min(ox, outWidth - 8);
                Vector256<float> low = Vector256.Load(upper + (2 * at));
                Vector256<float> high = Vector256.Load(upper + (2 * at) + 8);
                Vector256<float> best = Avx.Shuffle(low, high, 0x88);
                Vector256<float> next = Avx.Shuffle(low, high, 0xDD);
                best = Vector256.ConditionalSelect(Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next), next, best);
                low = Vector256.Load(lower + (2 * at));
                high = Vector256.Load(lower + (2 * at) + 8);
                next = Avx.Shuffle(low, high, 0x88);
                best = Vector256.ConditionalSelect(Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next), next, best);
                next = Avx.Shuffle(low, high, 0xDD);
                best = Vector256.ConditionalSelect(Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next), next, best);
                Avx2.Permute4x64(best.AsDouble(), 0xD8).AsSingle().Store(y + at);
            }

            y += outWidth;
        }
    }

    private static void Backward256(int inWidth, int outHeight, int outWidth, float* x, float* dy, float* dx, bool reluMask)
    {
        Vector256<float> floor = Vector256.Create(reluMask ? 0f : float.NegativeInfinity);
        Vector256<float> all = reluMask ? Vector256<float>.Zero : Vector256<uint>.AllBitsSet.AsSingle();
        for (int oy = 0; oy < outHeight; oy++)
        {
            float* upper = x + (2 * oy * inWidth);
            float* lower = upper + inWidth;
            float* upperGradient = dx + (2 * oy * inWidth);
            float* lowerGradient = upperGradient + inWidth;
            for (int ox = 0; ox < outWidth; ox += 8)
            {
                int at = Math.Min(ox, outWidth - 8);
                Vector256<float> low = Vector256.Load(upper + (2 * at));
                Vector256<float> high = Vector256.Load(upper + (2 * at) + 8);
                Vector256<float> best = Avx.Shuffle(low, high, 0x88);
                Vector256<float> next = Avx.Shuffle(low, high, 0xDD);
                Vector256<float> secondWins = Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next);
                best = Vector256.ConditionalSelect(secondWins, next, best);
                low = Vector256.Load(lower + (2 * at));
                high = Vector256.Load(lower + (2 * at) + 8);
                next = Avx.Shuffle(low, high, 0x88);
                Vector256<float> thirdWins = Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next);
                best = Vector256.ConditionalSelect(thirdWins, next, best);
                next = Avx.Shuffle(low, high, 0xDD);
                Vector256<float> fourthWins = Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next);
                best = Vector256.ConditionalSelect(fourthWins, next, best);
                Vector256<float> g = Avx2.Permute4x64(Vector256.Load(dy + at).AsDouble(), 0xD8).AsSingle();
                g &= Vector256.GreaterThan(best, floor) | all;
                Vector256<float> upperOnly = Vector256.AndNot(g, thirdWins | fourthWins);
                Vector256<float> first = Vector256.AndNot(upperOnly, secondWins);
                Vector256<float> second = upperOnly & secondWins;
                Avx.UnpackLow(first, second).Store(upperGradient + (2 * at));
                Avx.UnpackHigh(first, second).Store(upperGradient + (2 * at) + 8);
                first = Vector256.AndNot(g & thirdWins, fourthWins);
                second = g & fourthWins;
                Avx.UnpackLow(first, second).Store(lowerGradient + (2 * at));
                Avx.UnpackHigh(first, second).Store(lowerGradient + (2 * at) + 8);
            }

            dy += outWidth;
        }
    }

    private static void Forward<TP>(int inWidth, int outHeight, int outWidth, float* x, float* y)
        where TP : unmanaged, IPairs<TP>
    {
        for (int oy = 0; oy < outHeight; oy++)
        {
            float* upper = x + (2 * oy * inWidth);
            float* lower = upper + inWidth;
            for (int ox = 0; ox < outWidth; ox += TP.Count)
            {
                int at = Math.Min(ox, outWidth - TP.Count);
                TP best = TP.LoadPairs(upper + (2 * at), out TP second);
                TP third = TP.LoadPairs(lower + (2 * at), out TP fourth);
                best = TP.Select(Wins(second, best), second, best);
                best = TP.Select(Wins(third, best), third, best);
                best = TP.Select(Wins(fourth, best), fourth, best);
                best.Store(y + at);
            }

            y += outWidth;
        }
    }

    private static void Backward<TP>(int inWidth, int outHeight, int outWidth, float* x, float* dy, float* dx, bool reluMask)
        where TP : unmanaged, IPairs<TP>
    {
        for (int oy = 0; oy < outHeight; oy++)
        {
            float* upper = x + (2 * oy * inWidth);
            float* lower = upper + inWidth;
            float* upperGradient = dx + (2 * oy * inWidth);
            float* lowerGradient = upperGradient + inWidth;
            for (int ox = 0; ox < outWidth; ox += TP.Count)
            {
                int at = Math.Min(ox, outWidth - TP.Count);
                TP best = TP.LoadPairs(upper + (2 * at), out TP second);
                TP third = TP.LoadPairs(lower + (2 * at), out TP fourth);
                TP secondWins = Wins(second, best);
                best = TP.Select(secondWins, second, best);
                TP thirdWins = Wins(third, best);
                best = TP.Select(thirdWins, third, best);
                TP fourthWins = Wins(fourth, best);
                TP g = TP.Load(dy + at);
                if (reluMask) g &= TP.Greater(TP.Select(fourthWins, fourth, best), TP.Zero);
                TP lowerWins = thirdWins | fourthWins;
                TP upperOnly = TP.AndNot(g, lowerWins);
                TP.StorePairs(upperGradient + (2 * at), TP.AndNot(upperOnly, secondWins), upperOnly & secondWins);
                TP.StorePairs(lowerGradient + (2 * at), TP.AndNot(g & thirdWins, fourthWins), g & fourthWins);
            }

            dy += outWidth;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TP Wins<TP>(TP challenger, TP best)
        where TP : unmanaged, IPairs<TP> => TP.Greater(challenger, best) | TP.IsNaN(challenger);

    private static void ForwardNarrow(int inWidth, int outHeight, int outWidth, float* x, float* y)
    {
        for (int oy = 0; oy < outHeight; oy++)
        {
            for (int ox = 0; ox < outWidth; ox++)
            {
                float* window = x + (2 * oy * inWidth) + (2 * ox);
                *y++ = window[Winner(window, inWidth)];
            }
        }
    }

    private static void BackwardNarrow(int inWidth, int outHeight, int outWidth, float* x, float* dy, float* dx, bool reluMask)
    {
        for (int oy = 0; oy < outHeight; oy++)
        {
            for (int ox = 0; ox < outWidth; ox++)
            {
                int at = (2 * oy * inWidth) + (2 * ox);
                int winner = at + Winner(x + at, inWidth);
                float gradient = *dy++;
                dx[at] = dx[at + 1] = dx[at + inWidth] = dx[at + inWidth + 1] = 0f;
                if (!reluMask || x[winner] > 0f) dx[winner] = gradient;
            }
        }
    }

    private static int Winner(float* window, int inWidth)
    {
        int winner = 0;
        if (window[1] > window[0] || float.IsNaN(window[1])) winner = 1;
        if (window[inWidth] > window[winner] || float.IsNaN(window[inWidth])) winner = inWidth;
        if (window[inWidth + 1] > window[winner] || float.IsNaN(window[inWidth + 1])) winner = inWidth + 1;
        return winner;
    }
}
