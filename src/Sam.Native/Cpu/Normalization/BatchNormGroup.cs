using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Batch normalisation of a few channels side by side, by way of scratch memory.</summary>
/// <remarks>The planes of one channel lie a multiple of a page apart in most networks, so that a cache keeps few of them: a second pass over
/// them would read from memory again. Here every tensor is read once, with the planes of neighbouring channels in one go, and later passes
/// read the copy, whose elements of a channel follow one another.</remarks>
internal static unsafe class BatchNormGroup
{
    /// <summary>Elements of a channel for the forward pass, at most: its copy stays in the second-level cache.</summary>
    private const int MostCount = 1 << 15;

    /// <summary>Elements of a channel for the backward pass, at most.</summary>
    private const int MostBackwardCount = 1 << 12;

    /// <summary>Elements of a channel for the backward pass with a shortcut, at most: it saves more.</summary>
    private const int MostShortcutCount = 1 << 13;

    /// <summary>Elements of a group of several channels, at most: its copies stay in the first-level cache.</summary>
    private const int GroupCount = 4096;

    /// <summary>Channels of a group, at most.</summary>
    private const int MostChannels = 32;

    /// <summary>Channels whose outputs are made together, a function of the sizes alone.</summary>
    /// <param name="a">What is normalised.</param>
    /// <returns>The number; 0 where channels are better read twice.</returns>
    public static int ForwardChannels(in BatchNorm.Arguments a) => a.BatchStatistics ? Channels(a, MostCount) : 0;

    /// <summary>Channels whose gradients are made together, a function of the sizes and of whether there is a shortcut.</summary>
    /// <param name="a">What was normalised.</param>
    /// <returns>The number; 0 where channels are better read twice.</returns>
    public static int BackwardChannels(in BatchNorm.Arguments a) => Channels(a, a.ShortcutGradient == null ? MostBackwardCount : MostShortcutCount);

    private static int Channels(in BatchNorm.Arguments a, int most) =>
        a.Batch == 1 || a.Count > most ? 0 : (int)Math.Min(Math.Clamp(GroupCount / a.Count, 1, MostChannels), a.Channels);

    /// <summary>Means, deviations and outputs of some channels.</summary>
    /// <param name="a">What is normalised, by its own statistics.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">Number of channels, at most <see cref="ForwardChannels"/>.</param>
    /// <param name="scratch">Scratch memory of a worker.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<TV>(in BatchNorm.Arguments a, int channel, int channels, float* scratch)
        where TV : unmanaged, ILanes<TV>
    {
        int size = a.Size, batch = a.Batch;
        long stride = (long)a.Channels * size, first = (long)channel * size;
        int step = Step(a);
        for (int b = 0; b < batch; b++)
        {
            float* x = a.Input + first + (b * stride);
            float* to = scratch + (b * size);
            for (int c = 0; c < channels; c++, x += size, to += step)
            {
                int i = 0;
                for (; i <= size - 16; i += 16)
                {
                    // The next group's planes: hardware foresees no further than a page.
                    Prefetch.Line(x + (channels * size) + i);
                    TV.Load(x + i).Store(to + i);
                }

                // What spills over is written next, or lies between two channels.
                if (i < size) TV.LoadPartial(x + i, size - i).Store(to + i);
            }
        }

        float* factor = stackalloc float[MostChannels];
        for (int c = 0; c < channels; c++)
        {
            int at = channel + c;
            a.Settle(at, Moments.Of<TV>(scratch + (c * step), 1, 0, batch * size));
            factor[c] = a.InverseDeviation[at] * (a.Scale == null ? 1f : a.Scale[at]);
        }

        TV low = TV.Splat(a.Floor);
        for (int b = 0; b < batch; b++)
        {
            float* from = scratch + (b * size);
            float* y = a.Output + first + (b * stride);
            float* shortcut = a.Shortcut == null ? null : a.Shortcut + first + (b * stride);
            for (int c = 0; c < channels; c++, from += step, y += size)
            {
                TV m = TV.Splat(a.Mean[channel + c]), f = TV.Splat(factor[c]), s = TV.Splat(a.Shift == null ? 0f : a.Shift[channel + c]);
                int i = 0;
                if (shortcut == null)
                {
                    for (; i <= size - 16; i += 16) BatchNormChannel.Cut(TV.Fma(TV.Load(from + i) - m, f, s), low).Store(y + i);
                    if (i < size) BatchNormChannel.Cut(TV.Fma(TV.Load(from + i) - m, f, s), low).StorePartial(y + i, size - i);
                    continue;
                }

                for (; i <= size - 16; i += 16) BatchNormChannel.Cut(TV.Fma(TV.Load(from + i) - m, f, s) + TV.Load(shortcut + i), low).Store(y + i);
                if (i < size)
                {
                    TV sum = TV.Fma(TV.Load(from + i) - m, f, s) + TV.LoadPartial(shortcut + i, size - i);
                    BatchNormChannel.Cut(sum, low).StorePartial(y + i, size - i);
                }

                shortcut += size;
            }
        }
    }

    /// <summary>Gradients of some channels.</summary>
    /// <param name="a">What was normalised.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">Number of channels, at most <see cref="BackwardChannels"/>.</param>
    /// <param name="scratch">Scratch memory of a worker.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<TV>(in BatchNorm.Arguments a, int channel, int channels, float* scratch)
        where TV : unmanaged, ILanes<TV>
    {
        int size = a.Size, batch = a.Batch;
        int step = Step(a);
        float* distances = scratch;
        float* gradients = scratch + (channels * step);
        float* factor = stackalloc float[MostChannels];
        for (int c = 0; c < channels; c++)
        {
            factor[c] = a.InverseDeviation[channel + c] * (a.Scale == null ? 1f : a.Scale[channel + c]);
        }

        Mask<TV>(a, channel, channels, factor, distances, gradients, step);
        float* slope = stackalloc float[MostChannels];
        float* offset = stackalloc float[MostChannels];
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, products = 0;
            for (int i = 0; i < batch * size; i += Moments.BlockCount)
            {
                long at = ((long)c * step) + i;
                Sum<TV>(distances + at, gradients + at, Math.Min(Moments.BlockCount, (batch * size) - i), out float blockSum, out float blockProducts);
                sum += blockSum;
                products += blockProducts;
            }

            float inverse = a.InverseDeviation[channel + c];
            a.Finish(a.ShiftGradient, channel + c, sum);
            a.Finish(a.ScaleGradient, channel + c, products * inverse);
            slope[c] = a.BatchStatistics ? (float)(-factor[c] * products * inverse * inverse / a.Count) : 0f;
            offset[c] = a.BatchStatistics ? (float)(-factor[c] * sum / a.Count) : 0f;
        }

        if (a.InputGradient == null) return;
        for (int b = 0; b < batch; b++)
        {
            long at = (((long)b * a.Channels) + channel) * size;
            float* dx = a.InputGradient + at;
            float* added = a.AddedGradient == null ? null : a.AddedGradient + at;
            long from = (long)b * size;
            for (int c = 0; c < channels; c++, dx += size, from += step)
            {
                TV f = TV.Splat(factor[c]), k = TV.Splat(slope[c]), o = TV.Splat(offset[c]);
                int i = 0;
                for (; i <= size - 16; i += 16)
                {
                    TV gradient = TV.Fma(TV.Load(gradients + from + i), f, TV.Fma(TV.Load(distances + from + i), k, o));
                    if (added != null) gradient = TV.Load(added + i) + gradient;
                    gradient.Store(dx + i);
                }

                if (i < size)
                {
                    TV gradient = TV.Fma(TV.Load(gradients + from + i), f, TV.Fma(TV.Load(distances + from + i), k, o));
                    if (added != null) gradient = TV.LoadPartial(added + i, size - i) + gradient;
                    gradient.StorePartial(dx + i, size - i);
                }

                if (added != null) added += size;
            }
        }
    }

    /// <summary>Elements from one channel's copy to the next, with room for what a vector spills over.</summary>
    private static int Step(in BatchNorm.Arguments a) => (int)((a.Count + 31) & ~15L);

    /// <summary>Copies distances from the mean, and gradients where the ReLU was on, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mask<TV>(
        in BatchNorm.Arguments a, int channel, int channels, float* factor, float* distances, float* gradients, int step)
        where TV : unmanaged, ILanes<TV>
    {
        int size = a.Size;
        TV floor = TV.Splat(a.Floor);
        for (int b = 0; b < a.Batch; b++)
        {
            long at = (((long)b * a.Channels) + channel) * size;
            long to = (long)b * size;
            for (int c = 0; c < channels; c++, at += size, to += step)
            {
                float* x = a.Input + at;
                float* dy = a.OutputGradient + at;
                float* y = a.Output == null ? null : a.Output + at;
                float* shortcut = a.ShortcutGradient == null ? null : a.ShortcutGradient + at;
                TV m = TV.Splat(a.Mean[channel + c]), f = TV.Splat(factor[c]), s = TV.Splat(a.Shift == null ? 0f : a.Shift[channel + c]);
                int i = 0;
                for (; i <= size - 16; i += 16)
                {
                    Prefetch.Line(x + (channels * size) + i);
                    Prefetch.Line(dy + (channels * size) + i);
                    TV d = TV.Load(x + i) - m;
                    TV g = BatchNormChannel.Kept(TV.Load(dy + i), y == null ? TV.Fma(d, f, s) : TV.Load(y + i), floor);
                    d.Store(distances + to + i);
                    g.Store(gradients + to + i);
                    if (shortcut != null) g.Store(shortcut + i);
                }

                if (i < size)
                {
                    int left = size - i;
                    TV d = TV.LoadPartial(x + i, left) - m;
                    TV g = BatchNormChannel.Kept(TV.LoadPartial(dy + i, left), y == null ? TV.Fma(d, f, s) : TV.LoadPartial(y + i, left), floor);
                    d.Store(distances + to + i);
                    g.Store(gradients + to + i);
                    if (shortcut != null) g.StorePartial(shortcut + i, left);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TV>(float* distances, float* gradients, int count, out float sum, out float products)
        where TV : unmanaged, ILanes<TV>
    {
        TV s0 = TV.Splat(0f), s1 = s0, s2 = s0, s3 = s0, p0 = s0, p1 = s0, p2 = s0, p3 = s0;
        int i = 0;
        for (; i <= count - 64; i += 64)
        {
            TV g0 = TV.Load(gradients + i);
            TV g1 = TV.Load(gradients + i + 16);
            TV g2 = TV.Load(gradients + i + 32);
            TV g3 = TV.Load(gradients + i + 48);
            s0 += g0;
            s1 += g1;
            s2 += g2;
            s3 += g3;
            p0 = TV.Fma(g0, TV.Load(distances + i), p0);
            p1 = TV.Fma(g1, TV.Load(distances + i + 16), p1);
            p2 = TV.Fma(g2, TV.Load(distances + i + 32), p2);
            p3 = TV.Fma(g3, TV.Load(distances + i + 48), p3);
        }

        for (; i < count; i += 16)
        {
            int left = Math.Min(16, count - i);
            TV g = TV.LoadPartial(gradients + i, left);
            s0 += g;
            p0 = TV.Fma(g, TV.LoadPartial(distances + i, left), p0);
        }

        sum = ((s0 + s1) + (s2 + s3)).Sum();
        products = ((p0 + p1) + (p2 + p3)).Sum();
    }
}
