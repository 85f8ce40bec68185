using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2; w = s - rate m / (sqrt(v) correction + epsilon).</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Rate">lr / (1 - beta1^t).</param>
/// <param name="Correction">1 / sqrt(1 - beta2^t).</param>
internal readonly record struct AdamRule(
    StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float Rate, float Correction) : IUpdateRule
{
    public static string KernelName => "adam";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        slot1 = Moments.Average(slot1, gradient * gradient, Beta2);
        TV root = TV.Fma(TV.Sqrt(slot1), TV.Splat(Correction), TV.Splat(Epsilon));
        return weights - (TV.Splat(Rate) * slot0 / root);
    }
}
