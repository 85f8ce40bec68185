using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Dropout with a mask that is a function of the stream and the element's index alone.</summary>
/// <remarks>y[i] = x[i] / (1 - p) where u_i &gt;= p, else +0, with u_i = <see cref="Philox.Uniform"/> and the quotient taken as a
/// product with the
/// rounded 1 / (1 - p). A dropped NaN is gone, a kept one stays. Applied to the gradient with the same stream it is its own backward pass.
/// Srivastava et al., JMLR 2014.</remarks>
internal static unsafe class Dropout
{
    /// <summary>Applies the mask.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="probability">p in [0, 1), the share that is dropped.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Output, (count); may be x.</param>
    /// <param name="count">Elements.</param>
    public static void Run(WorkerTeam? team, float probability, RandomStream stream, float* x, float* y, long count)
    {
        Mask mask = new() { Probability = probability, Scale = 1f / (1f - probability) };
        RandomMap.Run(team, mask, stream, x, y, count);
    }

    private struct Mask : IRandomOperation
    {
        public float Probability;
        public float Scale;

        public static bool ReadsInput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Transform<TV>(ref TV w0, ref TV w1, ref TV w2, ref TV w3)
            where TV : unmanaged, ILanes<TV>
        {
            TV p = TV.Splat(Probability);
            w0 = TV.LessOrEqual(p, PhiloxLanes.Uniform(w0));
            w1 = TV.LessOrEqual(p, PhiloxLanes.Uniform(w1));
            w2 = TV.LessOrEqual(p, PhiloxLanes.Uniform(w2));
            w3 = TV.LessOrEqual(p, PhiloxLanes.Uniform(w3));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Combine<TV>(TV made, TV x)
            where TV : unmanaged, ILanes<TV> => (x * TV.Splat(Scale)) & made;
    }
}
