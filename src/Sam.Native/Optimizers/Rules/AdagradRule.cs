using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>sum = sum + d^2; w = s - rate d / (sqrt(sum) + epsilon).</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Rate">lr / (1 + (t - 1) decay).</param>
/// <param name="Initial">What the sum starts from, 0 after the first update.</param>
internal readonly record struct AdagradRule(StepScalars Scalars, float Epsilon, float Rate, float Initial) : IUpdateRule
{
    public static string KernelName => "adagrad";

    public static int SlotCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        slot0 = TV.Fma(gradient, gradient, slot0 + TV.Splat(Initial));
        return weights - (TV.Splat(Rate) * gradient / (TV.Sqrt(slot0) + TV.Splat(Epsilon)));
    }
}
