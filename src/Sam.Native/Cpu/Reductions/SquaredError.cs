using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Squared error and its gradient.</summary>
/// <remarks>d = y - t, L = c sum_i d_i^2, dy = 2 c d, d and dy rounded to float. The sum is that of <see cref="Norms.SumOfSquares"/>
/// over d, in its
/// order. NaN and infinity pass.</remarks>
internal static unsafe class SquaredError
{
    /// <summary>The loss and its gradient.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="output">y, (count).</param>
    /// <param name="target">t, (count).</param>
    /// <param name="factor">c: 1 / count for the mean, 1 for the sum.</param>
    /// <param name="gradient">dy, (count), overwritten; may be y or t.</param>
    /// <param name="count">Elements.</param>
    /// <returns>L; 0 for no elements.</returns>
    public static double Run(WorkerTeam? team, float* output, float* target, double factor, float* gradient, long count)
    {
        if (count == 0) return 0;
        Map2.Run(team, default(Difference), output, target, gradient, count);
        double sum = Norms.SumOfSquares(team, gradient, count);
        FlatPass.Scale(team, (float)(2 * factor), gradient, gradient, count);
        return sum * factor;
    }

    private readonly struct Difference : IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV a, TV b)
            where TV : unmanaged, ILanes<TV> => a - b;
    }
}
