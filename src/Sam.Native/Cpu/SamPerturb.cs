using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The climb of SAM for p = 2: saves the weights and moves them along the gradient, in one pass.</summary>
/// <remarks>saved[i] = w[i]; w[i] = w[i] + scale g[i], rounded once, with scale = rho / |g|. Foret et al. 2021, arXiv:2010.01412, eq. 2.
/// 16 bytes of memory traffic per element. Elementwise, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class SamPerturb
{
    /// <summary>Saves and perturbs.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="w">Weights, (count), updated in place; any alignment.</param>
    /// <param name="saved">Receives the weights as they were, (count); overlaps nothing.</param>
    /// <param name="g">Gradient, (count).</param>
    /// <param name="scale">Factor of the gradient; 0 leaves finite weights as they are where the gradient is finite.</param>
    /// <param name="count">Elements.</param>
    public static void Run(WorkerTeam? team, float* w, float* saved, float* g, float scale, long count)
    {
        Job job = new() { W = w, Saved = saved, G = g, Scale = scale, Count = count, Width = Simd.Width };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    private struct Job : ITeamJob
    {
        public float* W;
        public float* Saved;
        public float* G;
        public float Scale;
        public long Count;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            nint count = (nint)Math.Min(TeamExtensions.ChunkCount, Count - first);
            switch (Width)
            {
                case VectorWidth.Vector512: Loop<Lanes512>(W + first, Saved + first, G + first, Scale, count); break;
                case VectorWidth.Vector256: Loop<Lanes256>(W + first, Saved + first, G + first, Scale, count); break;
                default: Loop<Lanes128>(W + first, Saved + first, G + first, Scale, count); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Loop<TV>(float* w, float* saved, float* g, float scale, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            TV factor = TV.Splat(scale);
            nint i = 0;
            for (; i <= count - 16; i += 16)
            {
                TV old = TV.Load(w + i);
                old.Store(saved + i);
                TV.Fma(factor, TV.Load(g + i), old).Store(w + i);
            }

            if (i == count) return;
            int rest = (int)(count - i);
            TV last = TV.LoadPartial(w + i, rest);
            last.StorePartial(saved + i, rest);
            TV.Fma(factor, TV.LoadPartial(g + i, rest), last).StorePartial(w + i, rest);
        }
    }
}
