using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The largest magnitude of flat memory.</summary>
internal static unsafe class AbsMax
{
    /// <summary>max of |x[i]|.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="x">Input, (count); any alignment.</param>
    /// <param name="count">Elements; 0 gives 0.</param>
    /// <returns>The maximum, or NaN where an element is NaN. Exact, so no order to speak of.</returns>
    public static float Run(WorkerTeam? team, float* x, long count)
    {
        long size = FlatSum.ChunkSize(count);
        int chunks = (int)((count + size - 1) / size);
        float* partials = stackalloc float[FlatSum.MaximumChunks];
        Job job = new() { X = x, Count = count, Size = size, Partials = partials, Width = Simd.Width };
        team.Dispatch(chunks, ref job);
        float result = 0;
        for (int i = 0; i < chunks; i++)
        {
            if (!(partials[i] <= result)) result = partials[i];
            if (float.IsNaN(result)) break;
        }

        return result;
    }

    private struct Job : ITeamJob
    {
        public float* X;
        public long Count;
        public long Size;
        public float* Partials;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long first = part * Size;
            nint count = (nint)Math.Min(Size, Count - first);
            Partials[part] = Width switch
            {
                VectorWidth.Vector512 => Chunk<Lanes512>(X + first, count),
                VectorWidth.Vector256 => Chunk<Lanes256>(X + first, count),
                _ => Chunk<Lanes128>(X + first, count),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Chunk<TV>(float* x, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            TV even = TV.Splat(0f);
            TV odd = even;
            nint i = 0;
            for (; i <= count - 32; i += 32)
            {
                even = Larger(even, TV.Abs(TV.Load(x + i)));
                odd = Larger(odd, TV.Abs(TV.Load(x + i + 16)));
            }

            for (; i < count; i += 16) even = Larger(even, TV.Abs(TV.LoadPartial(x + i, (int)nint.Min(16, count - i))));
            float* lanes = stackalloc float[16];
            Larger(even, odd).Store(lanes);
            float result = lanes[0];
            for (int lane = 1; lane < 16 && !float.IsNaN(result); lane++)
            {
                if (!(lanes[lane] <= result)) result = lanes[lane];
            }

            return result;
        }

        // NaN on either side wins: a NaN candidate fails the comparison, a NaN maximum stays unless the candidate compares.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TV Larger<TV>(TV maximum, TV candidate)
            where TV : unmanaged, ILanes<TV>
        {
            TV keep = TV.LessOrEqual(candidate, maximum);
            TV isNumber = TV.Equal(maximum, maximum);
            return TV.Select(isNumber, TV.Select(keep, maximum, candidate), maximum);
        }
    }
}
