using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>w = s - lr sign(beta1 m + (1 - beta1) d); m = beta2 m + (1 - beta2) d.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Beta1">Share of the momentum in the step.</param>
/// <param name="Beta2">Decay of the momentum.</param>
internal readonly record struct LionRule(StepScalars Scalars, float Beta1, float Beta2) : IUpdateRule
{
    public static string KernelName => "lion";

    public static int SlotCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        TV step = Moments.Average(slot0, gradient, Beta1);
        TV zero = TV.Splat(0f);
        TV signed = TV.Splat(Scalars.LearningRate) | (step & TV.SplatBits(int.MinValue));
        slot0 = Moments.Average(slot0, gradient, Beta2);
        return weights - TV.Select(TV.Equal(step, zero), zero, signed);
    }
}
