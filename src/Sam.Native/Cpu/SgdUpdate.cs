using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Restores the saved weights and applies SGD to them, in one pass, as torch.optim.SGD defines it.</summary>
/// <remarks>
/// d = g + weightDecay saved; with momentum: buffer = d in the first step, else momentum buffer + (1 - dampening) d; then d = d +
/// momentum buffer
/// with Nesterov, else d = buffer; w = saved - learningRate d. Each "a + b c" is rounded once, the product (1 - dampening) d by itself.
/// w is written from saved alone, so what w was before (perturbed, NaN) leaves no trace; saved may be w, which is plain SGD with the
/// same bits. Elementwise, so the bits depend on neither threads nor width. 12 bytes per element, 20 with momentum.
/// </remarks>
internal static unsafe class SgdUpdate
{
    /// <summary>Updates the weights.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="saved">Weights before the perturbation, (count); may be w.</param>
    /// <param name="w">Receives the new weights, (count); any alignment.</param>
    /// <param name="g">Gradient, (count).</param>
    /// <param name="buffer">Momentum buffer, (count), updated; null without momentum.</param>
    /// <param name="step">Learning rate and so on.</param>
    /// <param name="count">Elements.</param>
    public static void Run(WorkerTeam? team, float* saved, float* w, float* g, float* buffer, in SgdStep step, long count)
    {
        Job job = new() { Saved = saved, W = w, G = g, Buffer = buffer, Step = step, Count = count, Width = Simd.Width };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    private struct Job : ITeamJob
    {
        public float* Saved;
        public float* W;
        public float* G;
        public float* Buffer;
        public SgdStep Step;
        public long Count;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Choose<Lanes512>(part); break;
                case VectorWidth.Vector256: Choose<Lanes256>(part); break;
                default: Choose<Lanes128>(part); break;
            }
        }

        private readonly void Choose<TV>(int part)
            where TV : unmanaged, ILanes<TV>
        {
            if (Buffer == null) Loop<TV, Plain>(part);
            else if (Step.First) Loop<TV, First>(part);
            else Loop<TV, Later>(part);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Loop<TV, TStep>(int part)
            where TV : unmanaged, ILanes<TV>
            where TStep : struct, IStep
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            nint count = (nint)Math.Min(TeamExtensions.ChunkCount, Count - first);
            float* saved = Saved + first;
            float* w = W + first;
            float* g = G + first;
            float* buffer = TStep.UsesBuffer ? Buffer + first : null;
            Factors<TV> factors = new(Step);
            bool decays = Step.WeightDecay != 0f;
            nint i = 0;
            for (; i <= count - 16; i += 16)
            {
                TV old = TV.Load(saved + i);
                TV d = TV.Load(g + i);
                if (decays) d = TV.Fma(factors.Decay, old, d);
                if (TStep.UsesBuffer)
                {
                    TV next = TStep.Buffer(d, TStep.ReadsBuffer ? TV.Load(buffer + i) : d, factors);
                    next.Store(buffer + i);
                    d = factors.Nesterov ? TV.Fma(factors.Momentum, next, d) : next;
                }

                TV.Fma(factors.NegativeRate, d, old).Store(w + i);
            }

            if (i == count) return;
            int rest = (int)(count - i);
            TV lastOld = TV.LoadPartial(saved + i, rest);
            TV lastD = TV.LoadPartial(g + i, rest);
            if (decays) lastD = TV.Fma(factors.Decay, lastOld, lastD);
            if (TStep.UsesBuffer)
            {
                TV next = TStep.Buffer(lastD, TStep.ReadsBuffer ? TV.LoadPartial(buffer + i, rest) : lastD, factors);
                next.StorePartial(buffer + i, rest);
                lastD = factors.Nesterov ? TV.Fma(factors.Momentum, next, lastD) : next;
            }

            TV.Fma(factors.NegativeRate, lastD, lastOld).StorePartial(w + i, rest);
        }
    }

    private readonly struct Factors<TV>(SgdStep step)
        where TV : unmanaged, ILanes<TV>
    {
        public readonly TV NegativeRate = TV.Splat(-step.LearningRate);
        public readonly TV Momentum = TV.Splat(step.Momentum);
        public readonly TV Entering = TV.Splat(1f - step.Dampening);
        public readonly TV Decay = TV.Splat(step.WeightDecay);
        public readonly bool Nesterov = step.Nesterov;
    }

    private interface IStep
    {
        static abstract bool UsesBuffer { get; }

        static abstract bool ReadsBuffer { get; }

        static abstract TV Buffer<TV>(TV d, TV buffer, in Factors<TV> factors)
            where TV : unmanaged, ILanes<TV>;
    }

    private readonly struct Plain : IStep
    {
        public static bool UsesBuffer => false;

        public static bool ReadsBuffer => false;

        public static TV Buffer<TV>(TV d, TV buffer, in Factors<TV> factors)
            where TV : unmanaged, ILanes<TV> => d;
    }

    private readonly struct First : IStep
    {
        public static bool UsesBuffer => true;

        public static bool ReadsBuffer => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Buffer<TV>(TV d, TV buffer, in Factors<TV> factors)
            where TV : unmanaged, ILanes<TV> => d;
    }

    private readonly struct Later : IStep
    {
        public static bool UsesBuffer => true;

        public static bool ReadsBuffer => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Buffer<TV>(TV d, TV buffer, in Factors<TV> factors)
            where TV : unmanaged, ILanes<TV> => TV.Fma(factors.Momentum, buffer, factors.Entering * d);
    }
}
