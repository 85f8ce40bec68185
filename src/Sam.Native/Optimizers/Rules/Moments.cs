using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>Moving averages.</summary>
internal static class Moments
{
    /// <summary>decay average + (1 - decay) value, the second product rounded by itself.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="average">The average so far.</param>
    /// <param name="value">What enters.</param>
    /// <param name="decay">Share of the average that is kept.</param>
    /// <returns>The new average.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Average<TV>(TV average, TV value, float decay)
        where TV : unmanaged, ILanes<TV> => TV.Fma(TV.Splat(decay), average, TV.Splat(1f - decay) * value);
}
