using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>w = s - lr d.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
internal readonly record struct SgdRule(StepScalars Scalars) : IUpdateRule
{
    public static string KernelName => "sgd";

    public static int SlotCount => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        return TV.Fma(TV.Splat(-Scalars.LearningRate), gradient, weights);
    }
}
