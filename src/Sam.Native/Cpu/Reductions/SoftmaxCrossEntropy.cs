using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Softmax cross-entropy from logits and its gradient, in one pass.</summary>
/// <remarks>
/// <para>L = c sum_b -sum_k t_bk ln p_bk, dz = c (p - t), with p = softmax(z), t = (1 - s) onehot(label) + s / K. With m = max z:
/// p_k = e^(z_k - m) / S, -ln p_k = ln S - (z_k - m), so nothing overflows. NaN, or +infinity, among a row's logits makes that row's
/// gradient and the
/// loss NaN; -infinity is probability 0.</para>
/// <para>Order: in a row, element k is added to virtual lane k mod 16 in ascending order, then the tree of <see cref="ILanes{TSelf}.Sum"/>,
/// in float. Losses are double: rows in ascending order in blocks of <see cref="BlockRows"/> rows, then the blocks in ascending
/// order.</para>
/// </remarks>
internal static unsafe class SoftmaxCrossEntropy
{
    private const int MaximumBlocks = 256;

    /// <summary>Rows of a block, from the sizes alone: 16384 / K, or where that makes more than 256 blocks the rows / 256.</summary>
    /// <param name="rows">Examples B.</param>
    /// <param name="classes">Classes K.</param>
    /// <returns>At least 1.</returns>
    public static int BlockRows(int rows, int classes) =>
        Math.Max(Math.Max(1, TeamExtensions.ChunkCount / classes), (rows + MaximumBlocks - 1) / MaximumBlocks);

    /// <summary>The loss and its gradient.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="rows">Examples B.</param>
    /// <param name="classes">Classes K, at least 1.</param>
    /// <param name="logits">z, (B, K).</param>
    /// <param name="labels">(B), each in [0, K), which the model has checked.</param>
    /// <param name="labelSmoothing">s in [0, 1].</param>
    /// <param name="factor">c, of the loss and the gradient: 1 / B for the mean, 1 for the sum.</param>
    /// <param name="gradient">dz, (B, K), overwritten; may be z.</param>
    /// <returns>L; 0 for no rows.</returns>
    public static double Run(
        WorkerTeam? team, int rows, int classes, float* logits, int* labels, float labelSmoothing, double factor, float* gradient)
    {
        int blockRows = BlockRows(rows, classes);
        int blocks = (rows + blockRows - 1) / blockRows;
        double* partials = stackalloc double[MaximumBlocks];
        Job job = new()
        {
            Rows = rows,
            Classes = classes,
            BlockRows = blockRows,
            Logits = logits,
            Labels = labels,
            Smoothing = labelSmoothing,
            Factor = (float)factor,
            Gradient = gradient,
            Partials = partials,
            Width = Simd.Width,
        };
        team.Dispatch(blocks, ref job);
        double sum = 0;
        for (int i = 0; i < blocks; i++) sum += partials[i];
        return sum * factor;
    }

    private struct Job : ITeamJob
    {
        public int Rows;
        public int Classes;
        public int BlockRows;
        public float* Logits;
        public int* Labels;
        public float Smoothing;
        public float Factor;
        public float* Gradient;
        public double* Partials;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            Partials[part] = Width switch
            {
                VectorWidth.Vector512 => Block<Lanes512>(part),
                VectorWidth.Vector256 => Block<Lanes256>(part),
                _ => Block<Lanes128>(part),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly double Block<TV>(int part)
            where TV : unmanaged, ILanes<TV>
        {
            int first = part * BlockRows;
            int last = Math.Min(first + BlockRows, Rows);
            double loss = 0;
            for (int row = first; row < last; row++)
            {
                long offset = (long)row * Classes;
                loss += Classes <= 16
                    ? ShortRow<TV>(Logits + offset, Labels[row], Gradient + offset)
                    : LongRow<TV>(Logits + offset, Labels[row], Gradient + offset);
            }

            return loss;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly double ShortRow<TV>(float* z, int label, float* gradient)
            where TV : unmanaged, ILanes<TV>
        {
            TV inside = TV.Less(TV.ConvertToSingle(TV.Indices(0)), TV.Splat(Classes));
            TV x = TV.LoadPartial(z, Classes);
            float max = TV.Select(inside, x, TV.Splat(float.NegativeInfinity)).Max();
            TV shifted = x - TV.Splat(max);
            TV e = VectorMath.Exp(shifted) & inside;
            float sum = e.Sum();
            float shiftedSum = Smoothing == 0f ? 0f : (shifted & inside).Sum();
            float shiftedLabel = z[label] - max;
            float share = Smoothing / Classes;
            TV target = TV.Select(TV.Equal(TV.ConvertToSingle(TV.Indices(0)), TV.Splat(label)), TV.Splat(Hit), TV.Splat(share));
            (TV.Fma(e, TV.Splat(1f / sum), -target) * TV.Splat(Factor)).StorePartial(gradient, Classes);
            return Loss(sum, shiftedLabel, shiftedSum);
        }

        private readonly double LongRow<TV>(float* z, int label, float* gradient)
            where TV : unmanaged, ILanes<TV>
        {
            int whole = Classes & ~15;
            int rest = Classes - whole;
            TV inside = TV.Less(TV.ConvertToSingle(TV.Indices(0)), TV.Splat(rest));
            TV maxima = TV.Select(inside, TV.LoadPartial(z + whole, rest), TV.Splat(float.NegativeInfinity));
            for (int k = 0; k < whole; k += 16)
            {
                TV x = TV.Load(z + k);
                maxima = TV.Select(TV.Less(maxima, x), x, maxima);
            }

            float max = maxima.Max();
            float shiftedLabel = z[label] - max;
            TV shift = TV.Splat(max);
            TV sums = TV.Splat(0f);
            TV shiftedSums = sums;
            for (int k = 0; k < whole; k += 16)
            {
                TV shifted = TV.Load(z + k) - shift;
                TV e = VectorMath.Exp(shifted);
                shiftedSums += shifted;
                sums += e;
                e.Store(gradient + k);
            }

            if (rest > 0)
            {
                TV shifted = TV.LoadPartial(z + whole, rest) - shift;
                TV e = VectorMath.Exp(shifted) & inside;
                shiftedSums += shifted & inside;
                sums += e;
                e.StorePartial(gradient + whole, rest);
            }

            float sum = sums.Sum();
            TV inverse = TV.Splat(1f / sum);
            TV share = TV.Splat(-(Smoothing / Classes));
            TV factor = TV.Splat(Factor);
            float labelGradient = MathF.FusedMultiplyAdd(gradient[label], 1f / sum, -Hit) * Factor;
            for (int k = 0; k < whole; k += 16) (TV.Fma(TV.Load(gradient + k), inverse, share) * factor).Store(gradient + k);
            if (rest > 0) (TV.Fma(TV.LoadPartial(gradient + whole, rest), inverse, share) * factor).StorePartial(gradient + whole, rest);
            gradient[label] = labelGradient;
            return Loss(sum, shiftedLabel, Smoothing == 0f ? 0f : shiftedSums.Sum());
        }

        private readonly float Hit => 1f - Smoothing + (Smoothing / Classes);

        private readonly double Loss(float sum, float shiftedLabel, float shiftedSum)
        {
            double loss = DoubleMath.Log(sum);
            if (Smoothing != 1f) loss -= (1.0 - Smoothing) * shiftedLabel;
            if (Smoothing != 0f) loss -= (double)Smoothing / Classes * shiftedSum;
            return loss;
        }
    }
}
