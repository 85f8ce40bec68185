using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>Adam with the largest v so far in the root.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Rate">lr / (1 - beta1^t).</param>
/// <param name="Correction">1 / sqrt(1 - beta2^t).</param>
internal readonly record struct AmsgradRule(
    StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float Rate, float Correction) : IUpdateRule
{
    public static string KernelName => "amsgrad";

    public static int SlotCount => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        slot1 = Moments.Average(slot1, gradient * gradient, Beta2);
        slot2 = TV.Select(TV.Less(slot2, slot1), slot1, slot2);
        TV root = TV.Fma(TV.Sqrt(slot2), TV.Splat(Correction), TV.Splat(Epsilon));
        return weights - (TV.Splat(Rate) * slot0 / root);
    }
}
