using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>Moments as Adam; w = s - rate m where not rectified, else s - rate m / (sqrt(v) + epsilon), the rectification being in the
/// rate.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Rate">lr / (1 - beta1^t), times r sqrt(1 - beta2^t) where rectified.</param>
/// <param name="Rectified">1 divides by the root.</param>
internal readonly record struct RAdamRule(
    StepScalars Scalars, float Beta1, float Beta2, float Epsilon, float Rate, int Rectified) : IUpdateRule
{
    public static string KernelName => "radam";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient, Beta1);
        slot1 = Moments.Average(slot1, gradient * gradient, Beta2);
        TV step = TV.Splat(Rate) * slot0;
        if (Rectified != 0) step /= TV.Sqrt(slot1) + TV.Splat(Epsilon);
        return weights - step;
    }
}
