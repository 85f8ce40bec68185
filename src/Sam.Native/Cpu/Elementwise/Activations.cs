using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Activation functions and their gradients, element by element; the formulas stand at <see cref="Activation"/>.</summary>
/// <remarks>Any alignment; the output may be an input, otherwise they do not overlap. NaN gives NaN. Every function and derivative has
/// its limit at plus and minus infinity. Elementwise, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class Activations
{
    /// <summary>y[i] = f(x[i]).</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="kind">The function f.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Output, (count); may be x.</param>
    /// <param name="count">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is not a member of the enumeration.</exception>
    public static void ActivationForward(WorkerTeam? team, Activation kind, float* x, float* y, long count)
    {
        switch (kind)
        {
            case Activation.None: if (x != y) FlatPass.Copy(team, x, y, count); break;
            case Activation.Relu: Map.Run(team, default(Relu), x, y, count); break;
            case Activation.Gelu: Map.Run(team, default(Gelu), x, y, count); break;
            case Activation.GeluTanh: Map.Run(team, default(GeluTanh), x, y, count); break;
            case Activation.Silu: Map.Run(team, default(Silu), x, y, count); break;
            case Activation.Tanh: Map.Run(team, default(Tanh), x, y, count); break;
            case Activation.Sigmoid: Map.Run(team, default(Sigmoid), x, y, count); break;
            default: throw Unknown(kind);
        }
    }

    /// <summary>dx[i] = dy[i] f'(x[i]).</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="kind">The function f.</param>
    /// <param name="x">The forward pass's input, (count); read by GELU and SiLU, may be null for the others.</param>
    /// <param name="y">The forward pass's output, (count); read by ReLU, tanh and sigmoid, may be null for the others.</param>
    /// <param name="dy">Gradient of the output, (count).</param>
    /// <param name="dx">Gradient of the input, (count), overwritten; may be dy.</param>
    /// <param name="count">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is not a member of the enumeration.</exception>
    public static void ActivationBackward(WorkerTeam? team, Activation kind, float* x, float* y, float* dy, float* dx, long count)
    {
        switch (kind)
        {
            case Activation.None: if (dx != dy) FlatPass.Copy(team, dy, dx, count); break;
            case Activation.Relu: Map2.Run(team, default(Relu), y, dy, dx, count); break;
            case Activation.Gelu: Map2.Run(team, default(Gelu), x, dy, dx, count); break;
            case Activation.GeluTanh: Map2.Run(team, default(GeluTanh), x, dy, dx, count); break;
            case Activation.Silu: Map2.Run(team, default(Silu), x, dy, dx, count); break;
            case Activation.Tanh: Map2.Run(team, default(Tanh), y, dy, dx, count); break;
            case Activation.Sigmoid: Map2.Run(team, default(Sigmoid), y, dy, dx, count); break;
            default: throw Unknown(kind);
        }
    }

    private static ArgumentOutOfRangeException Unknown(Activation kind) =>
        new(nameof(kind), kind, "The activation is not a member of the enumeration.");

    // A comparison and a choice instead of a maximum: NaN passes on every machine, in the value and in the gradient.
    private readonly struct Relu : IMapOperation, IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => TV.Select(TV.LessOrEqual(x, TV.Splat(0f)), TV.Splat(0f), x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV y, TV dy)
            where TV : unmanaged, ILanes<TV> => TV.Select(TV.LessOrEqual(y, TV.Splat(0f)), TV.Splat(0f), dy);
    }

    // In the three functions that multiply x by a probability, x is cut off where the probability has long been 0 or 1,
    // so that infinite and huge inputs reach the limit instead of infinity times zero.
    private readonly struct Gelu : IMapOperation, IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV>
        {
            TV half = TV.Splat(0.5f);
            TV cut = AtLeast(x, TV.Splat(-16f));
            return half * cut * (TV.Splat(1f) + VectorMath.Erf(cut * TV.Splat(0.707106769f)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x, TV dy)
            where TV : unmanaged, ILanes<TV>
        {
            TV cut = AtMost(AtLeast(x, TV.Splat(-12f)), TV.Splat(12f));
            TV probability = TV.Fma(VectorMath.Erf(cut * TV.Splat(0.707106769f)), TV.Splat(0.5f), TV.Splat(0.5f));
            TV density = TV.Splat(0.398942292f) * VectorMath.ExpNormal(cut * cut * TV.Splat(-0.5f));
            return dy * TV.Fma(cut, density, probability);
        }
    }

    private readonly struct GeluTanh : IMapOperation, IMap2Operation
    {
        private const float Scale = 0.797884583f;
        private const float Cubic = 0.0356774069f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV>
        {
            TV cut = AtLeast(x, TV.Splat(-16f));
            TV bounded = AtMost(cut, TV.Splat(16f));
            TV inner = bounded * TV.Fma(bounded * bounded, TV.Splat(Cubic), TV.Splat(Scale));
            return TV.Splat(0.5f) * cut * (TV.Splat(1f) + VectorMath.Tanh(inner));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x, TV dy)
            where TV : unmanaged, ILanes<TV>
        {
            TV half = TV.Splat(0.5f);
            TV one = TV.Splat(1f);
            TV cut = AtMost(AtLeast(x, TV.Splat(-16f)), TV.Splat(16f));
            TV square = cut * cut;
            TV t = VectorMath.Tanh(cut * TV.Fma(square, TV.Splat(Cubic), TV.Splat(Scale)));
            TV slope = TV.Fma(square, TV.Splat(3f * Cubic), TV.Splat(Scale));
            return dy * TV.Fma(half * cut * slope, TV.Fma(-t, t, one), TV.Fma(t, half, half));
        }
    }

    private readonly struct Silu : IMapOperation, IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV>
        {
            TV cut = AtLeast(x, TV.Splat(-120f));
            return cut * VectorMath.Sigmoid(cut, out _);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x, TV dy)
            where TV : unmanaged, ILanes<TV>
        {
            TV cut = AtMost(AtLeast(x, TV.Splat(-120f)), TV.Splat(120f));
            TV s = VectorMath.Sigmoid(cut, out TV complement);
            return dy * s * TV.Fma(cut, complement, TV.Splat(1f));
        }
    }

    private readonly struct Tanh : IMapOperation, IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV y, TV dy)
            where TV : unmanaged, ILanes<TV> => dy * TV.Fma(-y, y, TV.Splat(1f));
    }

    private readonly struct Sigmoid : IMapOperation, IMap2Operation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Sigmoid(x, out _);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Invoke<TV>(TV y, TV dy)
            where TV : unmanaged, ILanes<TV> => dy * y * (TV.Splat(1f) - y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV AtLeast<TV>(TV x, TV bound)
        where TV : unmanaged, ILanes<TV> => TV.Select(TV.Less(x, bound), bound, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV AtMost<TV>(TV x, TV bound)
        where TV : unmanaged, ILanes<TV> => TV.Select(TV.Less(bound, x), bound, x);
}
