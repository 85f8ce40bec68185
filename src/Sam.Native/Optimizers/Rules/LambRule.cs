using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>Not the weights but their direction: m and v as Adam; r = rate m / (sqrt(v) correction + epsilon) + weightDecay s.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Rate">1 / (1 - beta1^t).</param>
/// <param name="Correction">1 / sqrt(1 - beta2^t).</param>
/// <param name="WeightDecay">Share of the weights in the direction.</param>
internal readonly record struct LambRule(
    StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float Rate, float Correction, float WeightDecay) : IUpdateRule
{
    public static string KernelName => "lamb";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        slot1 = Moments.Average(slot1, gradient * gradient, Beta2);
        TV root = TV.Fma(TV.Sqrt(slot1), TV.Splat(Correction), TV.Splat(Epsilon));
        return TV.Fma(TV.Splat(WeightDecay), weights, TV.Splat(Rate) * slot0 / root);
    }
}
