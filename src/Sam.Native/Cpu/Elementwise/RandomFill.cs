using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Uniform and normal random numbers; element i is a function of the stream and i alone, the same bits on every machine.</summary>
internal static unsafe class RandomFill
{
    /// <summary>y[i] = low + (high - low) u_i, rounded once, with u_i = <see cref="Philox.Uniform"/> in [0, 1).</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end; reached only where rounding leads there.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="y">Output, (count).</param>
    /// <param name="count">Elements.</param>
    public static void Uniform(WorkerTeam? team, float low, float high, RandomStream stream, float* y, long count) =>
        RandomMap.Run(team, new UniformNumbers { Low = low, Span = high - low }, stream, null, y, count);

    /// <summary>y[i] = mean + deviation n_i with n_i standard normal: |n_i| is at most 5.77.</summary>
    /// <remarks>Box and Muller 1958: of each 64 elements, element i of the first 16 and i + 16 are r cos(2 pi v) and r sin(2 pi v) with
    /// r = sqrt(-2 ln u), u = (word i's upper 24 bits + 1) 2^-24 and v the uniform number of word i + 16; likewise the other 32.</remarks>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="y">Output, (count).</param>
    /// <param name="count">Elements.</param>
    public static void Normal(WorkerTeam? team, float mean, float deviation, RandomStream stream, float* y, long count) =>
        RandomMap.Run(team, new NormalNumbers { Mean = mean, Deviation = deviation }, stream, null, y, count);

    private struct UniformNumbers : IRandomOperation
    {
        public float Low;
        public float Span;

        public static bool ReadsInput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Transform<TV>(ref TV w0, ref TV w1, ref TV w2, ref TV w3)
            where TV : unmanaged, ILanes<TV>
        {
            w0 = PhiloxLanes.Uniform(w0);
            w1 = PhiloxLanes.Uniform(w1);
            w2 = PhiloxLanes.Uniform(w2);
            w3 = PhiloxLanes.Uniform(w3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Combine<TV>(TV made, TV x)
            where TV : unmanaged, ILanes<TV> => TV.Fma(TV.Splat(Span), made, TV.Splat(Low));
    }

    private struct NormalNumbers : IRandomOperation
    {
        public float Mean;
        public float Deviation;

        public static bool ReadsInput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Transform<TV>(ref TV w0, ref TV w1, ref TV w2, ref TV w3)
            where TV : unmanaged, ILanes<TV>
        {
            Pair(ref w0, ref w1);
            Pair(ref w2, ref w3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Combine<TV>(TV made, TV x)
            where TV : unmanaged, ILanes<TV> => TV.Fma(TV.Splat(Deviation), made, TV.Splat(Mean));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Pair<TV>(ref TV a, ref TV b)
            where TV : unmanaged, ILanes<TV>
        {
            TV u = PhiloxLanes.Uniform(a) + TV.Splat(1f / 16777216f);
            TV r = TV.Sqrt(TV.Splat(-2f) * VectorMath.Log(u));
            TV sine = VectorMath.SinCosTurns(PhiloxLanes.Uniform(b), out TV cosine);
            a = r * cosine;
            b = r * sine;
        }
    }
}
