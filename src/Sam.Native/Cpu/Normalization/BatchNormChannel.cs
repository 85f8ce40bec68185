using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>One channel of a batch normalisation whose planes have more than one element; orders and formulas stand at
/// <see cref="BatchNorm"/>.</summary>
internal static unsafe class BatchNormChannel
{
    /// <summary>Statistics and outputs of a channel.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="a">What it works on.</param>
    /// <param name="channel">The channel.</param>
    public static void Forward<TV>(in BatchNorm.Arguments a, int channel)
        where TV : unmanaged, ILanes<TV>
    {
        long stride = (long)a.Channels * a.Size;
        long first = (long)channel * a.Size;
        a.Settle(channel, a.BatchStatistics ? Moments.Of<TV>(a.Input + first, a.Batch, stride, a.Size) : default);
        float factor = a.InverseDeviation[channel] * (a.Scale == null ? 1f : a.Scale[channel]);
        float shift = a.Shift == null ? 0f : a.Shift[channel];
        float* shortcut = a.Shortcut == null ? null : a.Shortcut + first;
        Apply<TV>(a.Input + first, shortcut, a.Output + first, a.Batch, stride, a.Size, a.Mean[channel], factor, shift, a.Floor);
    }

    /// <summary>Sums and gradients of a channel.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="a">What it works on.</param>
    /// <param name="channel">The channel.</param>
    public static void Backward<TV>(in BatchNorm.Arguments a, int channel)
        where TV : unmanaged, ILanes<TV>
    {
        long stride = (long)a.Channels * a.Size;
        long first = (long)channel * a.Size;
        float mean = a.Mean[channel];
        float inverse = a.InverseDeviation[channel];
        Plane plane = new()
        {
            Mean = mean,
            Factor = inverse * (a.Scale == null ? 1f : a.Scale[channel]),
            Shift = a.Shift == null ? 0f : a.Shift[channel],
            Floor = a.Floor,
        };
        double sum = 0;
        double products = 0;
        int blockPlanes = Math.Max(1, Moments.BlockCount / a.Size);
        for (int b = 0; b < a.Batch; b += blockPlanes)
        {
            int planes = Math.Min(blockPlanes, a.Batch - b);
            for (int p = 0; p < a.Size; p += Moments.BlockCount)
            {
                plane.Locate(a, first + (b * stride) + p);
                plane.Sum<TV>(planes, stride, Math.Min(Moments.BlockCount, a.Size - p), out float blockSum, out float blockProducts);
                sum += blockSum;
                products += blockProducts;
            }
        }

        a.Finish(a.ShiftGradient, channel, sum);
        a.Finish(a.ScaleGradient, channel, products * inverse);
        if (a.InputGradient == null) return;
        float slope = a.BatchStatistics ? (float)(-plane.Factor * products * inverse * inverse / a.Count) : 0f;
        float offset = a.BatchStatistics ? (float)(-plane.Factor * sum / a.Count) : 0f;
        plane.Locate(a, first);
        if (a.ShortcutGradient != null)
        {
            // The first pass has left the gradient behind the ReLU where the shortcut's goes: no need to mask again.
            plane.OutputGradient = plane.ShortcutGradient;
            plane.Output = null;
            plane.Floor = float.NaN;
        }

        float* added = a.AddedGradient == null ? null : a.AddedGradient + first;
        plane.Apply<TV>(added, a.InputGradient + first, a.Batch, stride, a.Size, slope, offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TV>(
        float* x, float* shortcut, float* y, int planes, long stride, int count, float mean, float factor, float shift, float floor)
        where TV : unmanaged, ILanes<TV>
    {
        TV m = TV.Splat(mean), f = TV.Splat(factor), s = TV.Splat(shift), low = TV.Splat(floor);
        for (int b = 0; b < planes; b++, x += stride, y += stride)
        {
            int i = 0;
            if (shortcut == null)
            {
                for (; i <= count - 16; i += 16) Cut(TV.Fma(TV.Load(x + i) - m, f, s), low).Store(y + i);
                if (i < count) Cut(TV.Fma(TV.LoadPartial(x + i, count - i) - m, f, s), low).StorePartial(y + i, count - i);
                continue;
            }

            for (; i <= count - 16; i += 16) Cut(TV.Fma(TV.Load(x + i) - m, f, s) + TV.Load(shortcut + i), low).Store(y + i);
            if (i < count)
            {
                TV sum = TV.Fma(TV.LoadPartial(x + i, count - i) - m, f, s) + TV.LoadPartial(shortcut + i, count - i);
                Cut(sum, low).StorePartial(y + i, count - i);
            }

            shortcut += stride;
        }
    }

    /// <summary>The value, but the floor where it lies below it.</summary>
    /// <param name="y">The value.</param>
    /// <param name="floor">The floor.</param>
    /// <returns>NaN passes: it compares with nothing, as a floor and as a value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Cut<TV>(TV y, TV floor)
        where TV : unmanaged, ILanes<TV> => TV.Select(TV.LessOrEqual(y, floor), floor, y);

    /// <summary>The gradient, but 0 where the output was cut.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="output">The output.</param>
    /// <param name="floor">The floor.</param>
    /// <returns>The gradient that passes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Kept<TV>(TV gradient, TV output, TV floor)
        where TV : unmanaged, ILanes<TV> => TV.Select(TV.LessOrEqual(output, floor), TV.Splat(0f), gradient);

    /// <summary>A channel's planes in the backward pass.</summary>
    private struct Plane
    {
        public float Mean;
        public float Factor;
        public float Shift;
        public float Floor;
        public float* Input;
        public float* Output;
        public float* OutputGradient;
        public float* ShortcutGradient;

        public void Locate(in BatchNorm.Arguments a, long at)
        {
            Input = a.Input + at;
            Output = a.Output == null ? null : a.Output + at;
            OutputGradient = a.OutputGradient + at;
            ShortcutGradient = a.ShortcutGradient == null ? null : a.ShortcutGradient + at;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Sum<TV>(int planes, long stride, int count, out float sum, out float products)
            where TV : unmanaged, ILanes<TV>
        {
            TV mean = TV.Splat(Mean), factor = TV.Splat(Factor), shift = TV.Splat(Shift), floor = TV.Splat(Floor);
            TV even = TV.Splat(0f), odd = even, evenProducts = even, oddProducts = even;
            long ahead = Prefetch.Ahead(count, stride);
            for (int b = 0; b < planes; b++)
            {
                float* x = Input + (b * stride);
                float* y = Output == null ? null : Output + (b * stride);
                float* dy = OutputGradient + (b * stride);
                float* shortcut = ShortcutGradient == null ? null : ShortcutGradient + (b * stride);
                int i = 0;
                for (; i <= count - 32; i += 32)
                {
                    Prefetch.Line(x + i + ahead);
                    Prefetch.Line(x + i + 16 + ahead);
                    Prefetch.Line(dy + i + ahead);
                    Prefetch.Line(dy + i + 16 + ahead);
                    TV d0 = TV.Load(x + i) - mean;
                    TV d1 = TV.Load(x + i + 16) - mean;
                    TV g0 = Kept(TV.Load(dy + i), y == null ? TV.Fma(d0, factor, shift) : TV.Load(y + i), floor);
                    TV g1 = Kept(TV.Load(dy + i + 16), y == null ? TV.Fma(d1, factor, shift) : TV.Load(y + i + 16), floor);
                    even += g0;
                    odd += g1;
                    evenProducts = TV.Fma(g0, d0, evenProducts);
                    oddProducts = TV.Fma(g1, d1, oddProducts);
                    if (shortcut != null)
                    {
                        g0.Store(shortcut + i);
                        g1.Store(shortcut + i + 16);
                    }
                }

                for (; i < count; i += 16)
                {
                    // A lane beyond the end has gradient 0, so it adds nothing whatever its distance.
                    int left = Math.Min(16, count - i);
                    Prefetch.Line(x + i + ahead);
                    Prefetch.Line(dy + i + ahead);
                    TV d = TV.LoadPartial(x + i, left) - mean;
                    TV g = Kept(TV.LoadPartial(dy + i, left), y == null ? TV.Fma(d, factor, shift) : TV.LoadPartial(y + i, left), floor);
                    if (shortcut != null) g.StorePartial(shortcut + i, left);
                    even += g;
                    evenProducts = TV.Fma(g, d, evenProducts);
                }
            }

            sum = (even + odd).Sum();
            products = (evenProducts + oddProducts).Sum();
        }

        /// <summary>dx = factor g + slope (x - mean) + offset, and what is added.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Apply<TV>(float* added, float* dx, int planes, long stride, int count, float slope, float offset)
            where TV : unmanaged, ILanes<TV>
        {
            TV mean = TV.Splat(Mean), factor = TV.Splat(Factor), shift = TV.Splat(Shift), floor = TV.Splat(Floor);
            TV k = TV.Splat(slope), c = TV.Splat(offset);
            for (int b = 0; b < planes; b++, dx += stride)
            {
                float* x = Input + (b * stride);
                float* y = Output == null ? null : Output + (b * stride);
                float* dy = OutputGradient + (b * stride);
                int i = 0;
                for (; i <= count - 16; i += 16)
                {
                    TV d = TV.Load(x + i) - mean;
                    TV g = Kept(TV.Load(dy + i), y == null ? TV.Fma(d, factor, shift) : TV.Load(y + i), floor);
                    TV gradient = TV.Fma(g, factor, TV.Fma(d, k, c));
                    if (added != null) gradient = TV.Load(added + i) + gradient;
                    gradient.Store(dx + i);
                }

                if (i < count)
                {
                    int left = count - i;
                    TV d = TV.LoadPartial(x + i, left) - mean;
                    TV g = Kept(TV.LoadPartial(dy + i, left), y == null ? TV.Fma(d, factor, shift) : TV.LoadPartial(y + i, left), floor);
                    TV gradient = TV.Fma(g, factor, TV.Fma(d, k, c));
                    if (added != null) gradient = TV.LoadPartial(added + i, left) + gradient;
                    gradient.StorePartial(dx + i, left);
                }

                if (added != null) added += stride;
            }
        }
    }
}
