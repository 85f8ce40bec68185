using System.Runtime.CompilerServices;
using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>v = rho v + (1 - rho) d^2; step = d sqrt(a + epsilon) / sqrt(v + epsilon); a = rho a + (1 - rho) step^2; w = s - lr
/// step.</summary>
/// <param name="Scalars">Step size and weight decay.</param>
/// <param name="Rho">Decay of the averages.</param>
/// <param name="Epsilon">Added below the roots.</param>
internal readonly record struct AdadeltaRule(StepScalars Scalars, float Rho, float Epsilon) : IUpdateRule
{
    public static string KernelName => "adadelta";

    public static int SlotCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>
    {
        TV epsilon = TV.Splat(Epsilon);
        slot0 = Moments.Average(slot0, gradient * gradient, Rho);
        TV step = TV.Sqrt(slot1 + epsilon) / TV.Sqrt(slot0 + epsilon) * gradient;
        slot1 = Moments.Average(slot1, step * step, Rho);
        return TV.Fma(TV.Splat(-Scalars.LearningRate), step, weights);
    }
}
