using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Batch normalisation behind a linear layer, where a channel has one element per example: lanes are channels.</summary>
/// <remarks>Rows are taken in blocks of 64, summed in float in ascending order, first for the block's mean and then around it; blocks are
/// combined in double
/// in ascending order, as in <see cref="Moments"/>. The sums of the backward pass likewise.</remarks>
internal static unsafe class BatchNormColumns
{
    private const int Lanes = 16;
    private const int RowBlock = 64;

    /// <summary>The forward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on; its size is 1.</param>
    public static void Forward(WorkerTeam? team, in BatchNorm.Arguments arguments) => Run(team, arguments, backward: false);

    /// <summary>The backward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on; its size is 1.</param>
    public static void Backward(WorkerTeam? team, in BatchNorm.Arguments arguments) => Run(team, arguments, backward: true);

    private static void Run(WorkerTeam? team, in BatchNorm.Arguments arguments, bool backward)
    {
        Job job = new() { Arguments = arguments, IsBackward = backward, Width = Simd.Width };
        if ((long)arguments.Batch * arguments.Channels <= TeamExtensions.ChunkCount) team = null;
        team.Dispatch((arguments.Channels + Lanes - 1) / Lanes, ref job);
    }

    private struct Job : ITeamJob
    {
        public BatchNorm.Arguments Arguments;
        public bool IsBackward;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            int first = part * Lanes;
            int count = Math.Min(Lanes, Arguments.Channels - first);
            switch (Width)
            {
                case VectorWidth.Vector512: Run<Lanes512>(first, count); break;
                case VectorWidth.Vector256: Run<Lanes256>(first, count); break;
                default: Run<Lanes128>(first, count); break;
            }
        }

        private readonly void Run<TV>(int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            if (IsBackward)
            {
                Backward<TV>(first, count);
            }
            else
            {
                Forward<TV>(first, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Forward<TV>(int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            BatchNorm.Arguments a = Arguments;
            Moments* moments = stackalloc Moments[Lanes];
            if (a.BatchStatistics) Sum<TV>(first, count, moments);
            for (int lane = 0; lane < count; lane++) a.Settle(first + lane, moments[lane]);
            TV mean = TV.LoadPartial(a.Mean + first, count);
            TV inverse = TV.LoadPartial(a.InverseDeviation + first, count);
            TV factor = a.Scale == null ? inverse : inverse * TV.LoadPartial(a.Scale + first, count);
            TV shift = a.Shift == null ? TV.Splat(0f) : TV.LoadPartial(a.Shift + first, count);
            TV floor = TV.Splat(a.Floor);
            for (long at = first, row = 0; row < a.Batch; at += a.Channels, row++)
            {
                TV y = TV.Fma(TV.LoadPartial(a.Input + at, count) - mean, factor, shift);
                if (a.Shortcut != null) y += TV.LoadPartial(a.Shortcut + at, count);
                TV.Select(TV.LessOrEqual(y, floor), floor, y).StorePartial(a.Output + at, count);
            }
        }

        private readonly void Sum<TV>(int first, int count, Moments* moments)
            where TV : unmanaged, ILanes<TV>
        {
            float* sums = stackalloc float[Lanes];
            float* squares = stackalloc float[Lanes];
            float* centers = stackalloc float[Lanes];
            for (int row = 0; row < Arguments.Batch; row += RowBlock)
            {
                int last = Math.Min(row + RowBlock, Arguments.Batch);
                float* x = Arguments.Input + ((long)row * Arguments.Channels) + first;
                TV sum = TV.Splat(0f);
                for (int i = row; i < last; i++, x += Arguments.Channels) sum += TV.LoadPartial(x, count);
                TV center = sum / TV.Splat(last - row);
                TV distance = TV.Splat(0f), square = distance;
                x = Arguments.Input + ((long)row * Arguments.Channels) + first;
                for (int i = row; i < last; i++, x += Arguments.Channels)
                {
                    TV d = TV.LoadPartial(x, count) - center;
                    distance += d;
                    square = TV.Fma(d, d, square);
                }

                distance.Store(sums);
                square.Store(squares);
                center.Store(centers);
                for (int lane = 0; lane < count; lane++) moments[lane].Add(last - row, centers[lane], sums[lane], squares[lane]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Backward<TV>(int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            BatchNorm.Arguments a = Arguments;
            TV mean = TV.LoadPartial(a.Mean + first, count);
            TV inverse = TV.LoadPartial(a.InverseDeviation + first, count);
            TV factor = a.Scale == null ? inverse : inverse * TV.LoadPartial(a.Scale + first, count);
            TV shift = a.Shift == null ? TV.Splat(0f) : TV.LoadPartial(a.Shift + first, count);
            double* sums = stackalloc double[Lanes];
            double* products = stackalloc double[Lanes];
            float* lanes = stackalloc float[Lanes];
            for (int row = 0; row < a.Batch; row += RowBlock)
            {
                int last = Math.Min(row + RowBlock, a.Batch);
                TV sum = TV.Splat(0f), product = sum;
                for (int i = row; i < last; i++)
                {
                    TV g = Gradient(i, first, count, mean, factor, shift, out TV d);
                    if (a.ShortcutGradient != null) g.StorePartial(a.ShortcutGradient + ((long)i * a.Channels) + first, count);
                    sum += g;
                    product = TV.Fma(g, d, product);
                }

                sum.Store(lanes);
                for (int lane = 0; lane < count; lane++) sums[lane] += lanes[lane];
                product.Store(lanes);
                for (int lane = 0; lane < count; lane++) products[lane] += lanes[lane];
            }

            float* slopes = stackalloc float[Lanes];
            float* offsets = stackalloc float[Lanes];
            factor.Store(lanes);
            for (int lane = 0; lane < count; lane++)
            {
                int channel = first + lane;
                double deviation = a.InverseDeviation[channel];
                a.Finish(a.ShiftGradient, channel, sums[lane]);
                a.Finish(a.ScaleGradient, channel, products[lane] * deviation);
                slopes[lane] = a.BatchStatistics ? (float)(-lanes[lane] * products[lane] * deviation * deviation / a.Batch) : 0f;
                offsets[lane] = a.BatchStatistics ? (float)(-lanes[lane] * sums[lane] / a.Batch) : 0f;
            }

            if (a.InputGradient == null) return;
            TV slope = TV.LoadPartial(slopes, count), offset = TV.LoadPartial(offsets, count);
            for (int i = 0; i < a.Batch; i++)
            {
                long at = ((long)i * a.Channels) + first;
                TV g = Gradient(i, first, count, mean, factor, shift, out TV d);
                if (a.ShortcutGradient != null) g = TV.LoadPartial(a.ShortcutGradient + at, count);
                TV gradient = TV.Fma(g, factor, TV.Fma(d, slope, offset));
                if (a.AddedGradient != null) gradient = TV.LoadPartial(a.AddedGradient + at, count) + gradient;
                gradient.StorePartial(a.InputGradient + at, count);
            }
        }

        // The output's gradient behind the ReLU, and the distance from the mean.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TV Gradient<TV>(int row, int first, int count, TV mean, TV factor, TV shift, out TV distance)
            where TV : unmanaged, ILanes<TV>
        {
            long at = ((long)row * Arguments.Channels) + first;
            distance = TV.LoadPartial(Arguments.Input + at, count) - mean;
            TV y = Arguments.Output == null ? TV.Fma(distance, factor, shift) : TV.LoadPartial(Arguments.Output + at, count);
            TV gradient = TV.LoadPartial(Arguments.OutputGradient + at, count);
            return TV.Select(TV.LessOrEqual(y, TV.Splat(Arguments.Floor)), TV.Splat(0f), gradient);
        }
    }
}
