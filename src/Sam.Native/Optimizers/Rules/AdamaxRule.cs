using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>m as Adam; u = max(beta2 u, |d| + epsilon); w = s - rate m / u.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the norm.</param>
/// <param name="Epsilon">Added to |d|.</param>
/// <param name="Rate">lr / (1 - beta1^t).</param>
internal readonly record struct AdamaxRule(StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float Rate) : IUpdateRule
{
    public static string KernelName => "adamax";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        TV kept = TV.Splat(Beta2) * slot1;
        TV size = TV.Abs(gradient) + TV.Splat(Epsilon);
        slot1 = TV.Select(TV.Less(kept, size), size, kept);
        return weights - (TV.Splat(Rate) * slot0 / slot1);
    }
}
