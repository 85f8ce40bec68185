using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The one loop of sums over flat memory, accumulated in double.</summary>
/// <remarks>
/// Order: the arrays are cut into at most <see cref="MaximumChunks"/> chunks of at least <see cref="TeamExtensions.ChunkCount"/> elements
/// (<see cref="ChunkSize"/>). Element i of a chunk is added to virtual lane i mod 32 in ascending order; lanes l and l + 16 are added,
/// then the tree of <see cref="IDoubles{TSelf}.Sum"/>; the chunks' sums are added in ascending order. It depends on the count alone:
/// same bits for any number of threads and any width. The chunks' sums lie on the stack.
/// </remarks>
internal static unsafe class FlatSum
{
    /// <summary>The largest number of chunks.</summary>
    public const int MaximumChunks = 256;

    /// <summary>Elements of a chunk: 16384, or where that makes too many chunks the count / 256, rounded up to a multiple of 32.</summary>
    /// <param name="count">Elements in all.</param>
    /// <returns>The size of every chunk but the last.</returns>
    public static long ChunkSize(long count) =>
        Math.Max(TeamExtensions.ChunkCount, ((count + MaximumChunks - 1) / MaximumChunks + 31) / 32 * 32);

    /// <summary>Sums the terms of two arrays.</summary>
    /// <typeparam name="TReduction">The term.</typeparam>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="a">First array, (count); any alignment.</param>
    /// <param name="b">Second array, (count); may be the first.</param>
    /// <param name="count">Elements; 0 gives 0.</param>
    /// <returns>The sum.</returns>
    public static double Run<TReduction>(WorkerTeam? team, float* a, float* b, long count)
        where TReduction : struct, IReduction
    {
        long size = ChunkSize(count);
        int chunks = (int)((count + size - 1) / size);
        double* partials = stackalloc double[MaximumChunks];
        Job<TReduction> job = new() { A = a, B = b, Count = count, Size = size, Partials = partials, Width = Simd.Width };
        team.Dispatch(chunks, ref job);
        double sum = 0;
        for (int i = 0; i < chunks; i++) sum += partials[i];
        return sum;
    }

    private struct Job<TReduction> : ITeamJob
        where TReduction : struct, IReduction
    {
        public float* A;
        public float* B;
        public long Count;
        public long Size;
        public double* Partials;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long first = part * Size;
            nint count = (nint)Math.Min(Size, Count - first);
            Partials[part] = Width switch
            {
                VectorWidth.Vector512 => Chunk<Doubles512>(A + first, B + first, count),
                VectorWidth.Vector256 => Chunk<Doubles256>(A + first, B + first, count),
                _ => Chunk<Doubles128>(A + first, B + first, count),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double Chunk<TD>(float* a, float* b, nint count)
            where TD : unmanaged, IDoubles<TD>
        {
            TD even = default;
            TD odd = default;
            nint i = 0;
            for (; i <= count - 32; i += 32)
            {
                even = TReduction.Accumulate(even, TD.Load(a + i), TD.Load(b + i));
                odd = TReduction.Accumulate(odd, TD.Load(a + i + 16), TD.Load(b + i + 16));
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                float* tail = stackalloc float[64];
                for (int j = 0; j < 32; j++)
                {
                    tail[j] = j < rest ? a[i + j] : 0f;
                    tail[32 + j] = j < rest ? b[i + j] : 0f;
                }

                even = TReduction.Accumulate(even, TD.Load(tail), TD.Load(tail + 32));
                odd = TReduction.Accumulate(odd, TD.Load(tail + 16), TD.Load(tail + 48));
            }

            return (even + odd).Sum();
        }
    }
}
