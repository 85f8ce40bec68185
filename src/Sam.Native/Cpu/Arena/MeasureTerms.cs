using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>What <see cref="ArenaMeasure"/> sums over the coordinates t = T g.</summary>
internal static class MeasureTerms
{
    /// <summary>One kind of sum; constants of the type, so that each has a loop of its own.</summary>
    public interface ITerm
    {
        /// <summary>Whether it is the second pass, which has the first one's sum of squares and maximum.</summary>
        static abstract bool IsSecond { get; }

        /// <summary>Whether it looks for the largest |t| instead of summing.</summary>
        static abstract bool Finds { get; }

        /// <summary>sum + the term of |t|, which <see cref="Map"/> made.</summary>
        static abstract TD Add<TD>(TD sum, TD t)
            where TD : unmanaged, IDoubles<TD>;

        /// <summary>What is summed instead of |t|.</summary>
        static abstract TV Map<TV>(TV t, float maximum, float inverse, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV>;
    }

    /// <summary>t^2.</summary>
    public readonly struct Squares : ITerm
    {
        public static bool IsSecond => false;

        public static bool Finds => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Add<TD>(TD sum, TD t)
            where TD : unmanaged, IDoubles<TD> => TD.AddProduct(sum, t, t);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Map<TV>(TV t, float maximum, float inverse, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> => t;
    }

    /// <summary>|t|.</summary>
    public readonly struct Magnitudes : ITerm
    {
        public static bool IsSecond => false;

        public static bool Finds => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Add<TD>(TD sum, TD t)
            where TD : unmanaged, IDoubles<TD> => TD.AddMagnitude(sum, t);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Map<TV>(TV t, float maximum, float inverse, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> => t;
    }

    /// <summary>The largest |t|.</summary>
    public readonly struct Largest : ITerm
    {
        public static bool IsSecond => false;

        public static bool Finds => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Add<TD>(TD sum, TD t)
            where TD : unmanaged, IDoubles<TD> => sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Map<TV>(TV t, float maximum, float inverse, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> => t;
    }

    /// <summary>(|t| / max)^q.</summary>
    /// <typeparam name="TPower">How the power is computed.</typeparam>
    public readonly struct Ratios<TPower> : ITerm
        where TPower : struct, Powers.IPower
    {
        public static bool IsSecond => true;

        public static bool Finds => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Add<TD>(TD sum, TD t)
            where TD : unmanaged, IDoubles<TD> => TD.AddMagnitude(sum, t);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Map<TV>(TV t, float maximum, float inverse, int halves, TV exponent)
            where TV : unmanaged, ILanes<TV> =>
            TPower.Of(inverse != 0f ? t * TV.Splat(inverse) : t / TV.Splat(maximum), halves, exponent);
    }
}
