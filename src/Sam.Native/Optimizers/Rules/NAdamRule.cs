using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>Moments as Adam; w = s - (gradientRate d + momentRate m) / (sqrt(v) correction + epsilon).</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="GradientRate">lr (1 - mu_t) / (1 - mu_1 ... mu_t).</param>
/// <param name="MomentRate">lr mu_(t+1) / (1 - mu_1 ... mu_(t+1)).</param>
/// <param name="Correction">1 / sqrt(1 - beta2^t).</param>
internal readonly record struct NAdamRule(
    StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float GradientRate, float MomentRate, float Correction) : IUpdateRule
{
    public static string KernelName => "nadam";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        slot1 = Moments.Average(slot1, gradient * gradient, Beta2);
        TV root = TV.Fma(TV.Sqrt(slot1), TV.Splat(Correction), TV.Splat(Epsilon));
        return weights - (TV.Fma(TV.Splat(MomentRate), slot0, TV.Splat(GradientRate) * gradient) / root);
    }
}
