using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Sums over everything but the channels: the bias gradient of a convolution.</summary>
/// <remarks>
/// sums[c] (+)= sum_b sum_p dy[b, c, p]. Order: element p of a plane is added to virtual lane p mod 16 in ascending order, in float and in
/// pieces of <see cref="TeamExtensions.ChunkCount"/> elements, then the tree of <see cref="ILanes{TSelf}.Sum"/>; the pieces' sums are
/// added in
/// double in ascending order of b and p and rounded once; what was there before is added last. Channels are independent, so the bits
/// depend on neither threads nor width. NaN and infinity pass.
/// </remarks>
internal static unsafe class ChannelSums
{
    /// <summary>Sums the channels.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="batch">Examples B; none gives zeros.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="size">Elements of a plane, H W.</param>
    /// <param name="tensor">dy, (B, C, H, W).</param>
    /// <param name="sums">(C).</param>
    /// <param name="accumulate">Adds to the sums instead of overwriting them.</param>
    public static void Run(WorkerTeam? team, int batch, int channels, int size, float* tensor, float* sums, bool accumulate)
    {
        Job job = new()
        {
            Batch = batch,
            Channels = channels,
            Size = size,
            Tensor = tensor,
            Sums = sums,
            Accumulate = accumulate,
            Width = Simd.Width,
        };
        if ((long)batch * channels * size <= TeamExtensions.ChunkCount) team = null;
        team.Dispatch(channels, ref job);
    }

    /// <summary>The sum of one plane's piece in float.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="x">The elements.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <returns>The sum, in the order of the remarks.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Piece<TV>(float* x, int count)
        where TV : unmanaged, ILanes<TV>
    {
        TV sum = TV.Splat(0f);
        int i = 0;
        for (; i <= count - 16; i += 16) sum += TV.Load(x + i);
        if (i < count) sum += TV.LoadPartial(x + i, count - i);
        return sum.Sum();
    }

    private struct Job : ITeamJob
    {
        public int Batch;
        public int Channels;
        public int Size;
        public float* Tensor;
        public float* Sums;
        public bool Accumulate;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            float sum = (float)(Width switch
            {
                VectorWidth.Vector512 => Channel<Lanes512>(part),
                VectorWidth.Vector256 => Channel<Lanes256>(part),
                _ => Channel<Lanes128>(part),
            });
            Sums[part] = Accumulate ? Sums[part] + sum : sum;
        }

        private readonly double Channel<TV>(int channel)
            where TV : unmanaged, ILanes<TV>
        {
            double sum = 0;
            for (int b = 0; b < Batch; b++)
            {
                float* plane = Tensor + ((((long)b * Channels) + channel) * Size);
                for (int p = 0; p < Size; p += TeamExtensions.ChunkCount)
                {
                    sum += Piece<TV>(plane + p, Math.Min(TeamExtensions.ChunkCount, Size - p));
                }
            }

            return sum;
        }
    }
}
