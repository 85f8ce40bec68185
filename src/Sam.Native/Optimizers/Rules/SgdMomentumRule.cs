using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>buf = momentum buf + (1 - dampening) d, or d at first; w = s - lr buf, with Nesterov s - lr (d + momentum buf).</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Momentum">Share of the buffer that is kept.</param>
/// <param name="Entering">1 - dampening.</param>
/// <param name="Nesterov">1 looks ahead.</param>
/// <param name="First">1 where the buffer is still empty.</param>
internal readonly record struct SgdMomentumRule(StepScalars Scalars, float Momentum, float Entering, int Nesterov, int First) : IUpdateRule
{
    public static string KernelName => "sgd_momentum";

    public static int SlotCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        TV momentum = TV.Splat(Momentum);
        slot0 = First != 0 ? gradient : TV.Fma(momentum, slot0, TV.Splat(Entering) * gradient);
        TV d = Nesterov != 0 ? TV.Fma(momentum, slot0, gradient) : slot0;
        return TV.Fma(TV.Splat(-Scalars.LearningRate), d, weights);
    }
}
