using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>buf = momentum buf + lr d; w = s - buf.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Momentum">Share of the buffer that is kept.</param>
internal readonly record struct LarsRule(StepScalars Scalars, float Momentum) : IUpdateRule
{
    public static string KernelName => "lars";

    public static int SlotCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = TV.Fma(TV.Splat(Momentum), slot0, TV.Splat(Scalars.LearningRate) * gradient);
        return weights - slot0;
    }
}
