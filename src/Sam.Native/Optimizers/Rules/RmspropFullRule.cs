using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>RMSprop with a momentum buffer (first arena) and, where centered, the mean (third arena): the root is sqrt(v - mean^2) +
/// epsilon.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Alpha">Decay of the moments.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Momentum">Share of the buffer that is kept.</param>
/// <param name="Centered">1 subtracts the squared mean.</param>
internal readonly record struct RmspropFullRule(StepScalars Scalars, float Alpha, float Epsilon, float Momentum, int Centered) : IUpdateRule
{
    public static string KernelName => "rmsprop_full";

    public static int SlotCount => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot1 = Moments.Average(slot1, gradient * gradient, Alpha);
        TV variance = slot1;
        if (Centered != 0)
        {
            slot2 = Moments.Average(slot2, gradient, Alpha);
            variance = TV.Fma(-slot2, slot2, slot1);
        }

        TV step = gradient / (TV.Sqrt(variance) + TV.Splat(Epsilon));
        if (Momentum != 0f)
        {
            slot0 = TV.Fma(TV.Splat(Momentum), slot0, step);
            step = slot0;
        }

        return TV.Fma(TV.Splat(-Scalars.LearningRate), step, weights);
    }
}
