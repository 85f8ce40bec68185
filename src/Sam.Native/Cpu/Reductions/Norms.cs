using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Sums and norms over flat memory; the order of addition stands at <see cref="FlatSum"/>.</summary>
/// <remarks>A result is NaN or infinite exactly when an input is: squares and products of floats are exact in double and far from its
/// ends.</remarks>
internal static unsafe class Norms
{
    /// <summary>sum of x[i]^2.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="count">Elements.</param>
    /// <returns>The sum.</returns>
    public static double SumOfSquares(WorkerTeam? team, float* x, long count) =>
        FlatSum.Run<Product>(team, x, x, count);

    /// <summary>sum of a[i] b[i].</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="a">First input, (count).</param>
    /// <param name="b">Second input, (count).</param>
    /// <param name="count">Elements.</param>
    /// <returns>The sum. Opposite infinities, and infinity times zero, give NaN.</returns>
    public static double Dot(WorkerTeam? team, float* a, float* b, long count) =>
        FlatSum.Run<Product>(team, a, b, count);

    /// <summary>sum of |x[i]|.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="count">Elements.</param>
    /// <returns>The sum.</returns>
    public static double AbsSum(WorkerTeam? team, float* x, long count) =>
        FlatSum.Run<Magnitude>(team, x, x, count);

    /// <summary>sum of x[i].</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="count">Elements.</param>
    /// <returns>The sum. Opposite infinities give NaN.</returns>
    public static double Sum(WorkerTeam? team, float* x, long count) => FlatSum.Run<Value>(team, x, x, count);

    private readonly struct Value : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Accumulate<TD>(TD accumulator, TD a, TD b)
            where TD : unmanaged, IDoubles<TD> => accumulator + a;
    }

    private readonly struct Product : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Accumulate<TD>(TD accumulator, TD a, TD b)
            where TD : unmanaged, IDoubles<TD> => TD.AddProduct(accumulator, a, b);
    }

    private readonly struct Magnitude : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Accumulate<TD>(TD accumulator, TD a, TD b)
            where TD : unmanaged, IDoubles<TD> => TD.AddMagnitude(accumulator, a);
    }
}
