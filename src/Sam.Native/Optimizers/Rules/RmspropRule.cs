using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>v = alpha v + (1 - alpha) d^2; w = s - lr d / (sqrt(v) + epsilon).</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Alpha">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
internal readonly record struct RmspropRule(StepScalars Scalars, float Alpha, float Epsilon) : IUpdateRule
{
    public static string KernelName => "rmsprop";

    public static int SlotCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = Moments.Average(slot0, gradient * gradient, Alpha);
        return weights - (TV.Splat(Scalars.LearningRate) * gradient / (TV.Sqrt(slot0) + TV.Splat(Epsilon)));
    }
}
