using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class ActivationsTests
{
    // Each value is a handful of correctly rounded operations on functions within 3 ulp; 1 + erf cancels for negative inputs, which
    // the absolute part covers.
    private const double RelativeTolerance = 1e-6;
    private const double AbsoluteTolerance = 1e-6;

    // A central difference with step 1e-5 of a double function is good to 1e-10; the rest is float's.
    private const double GradientTolerance = 3e-6;

    public static TheoryData<Activation> Kinds => [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Forward_MatchesTheFormula(Activation kind)
    {
        float[] x = References.AllExponents(20);
        float[] y = Bits.SameEverywhere(team => Forward(team, kind, x));
        for (int i = 0; i < x.Length; i++)
        {
            double expected = Formula(kind, x[i]);
            bool infinite = double.IsInfinity(expected) || double.IsNaN(expected);
            if (infinite) Assert.True(y[i].Equals((float)expected), $"{kind}({x[i]:R}) = {y[i]:R}");
            else Assert.Equal(expected, y[i], AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Backward_MatchesCentralDifferences(Activation kind)
    {
        Random random = new(7);
        float[] x = new float[5003];
        float[] dy = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (random.NextSingle() - 0.5f) * (i % 2 == 0 ? 8f : 40f);
            dy[i] = (random.NextSingle() - 0.5f) * 4f;
        }

        float[] y = Forward(null, kind, x);
        float[] dx = Bits.SameEverywhere(team => Backward(team, kind, x, y, dy, inPlace: false));
        Bits.AssertEqual(dx, Backward(null, kind, x, y, dy, inPlace: true), "in place");
        const double Step = 1e-5;
        for (int i = 0; i < x.Length; i++)
        {
            double slope = (Formula(kind, x[i] + Step) - Formula(kind, x[i] - Step)) / (2 * Step);
            Assert.Equal(slope * dy[i], dx[i], GradientTolerance * Math.Abs(dy[i]) * Math.Max(1, Math.Abs(slope)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradient_HasItsLimitsAtInfinityAndPassesNaN(Activation kind)
    {
        float[] x = [float.NegativeInfinity, float.PositiveInfinity, float.NaN, -1e30f, 1e30f];
        float[] y = Forward(null, kind, x);
        float[] dx = Backward(null, kind, x, y, [1f, 1f, 1f, 1f, 1f], inPlace: false);
        (float low, float high) = kind switch
        {
            Activation.None => (1f, 1f),
            Activation.Tanh or Activation.Sigmoid => (0f, 0f),
            _ => (0f, 1f),
        };
        Assert.Equal(low, dx[0], 1e-30f);
        Assert.Equal(high, dx[1], 1e-30f);
        Assert.Equal(low, dx[3], 1e-30f);
        Assert.Equal(high, dx[4], 1e-30f);
        Assert.True(float.IsNaN(y[2]));
        if (kind is not (Activation.None or Activation.Relu)) Assert.True(float.IsNaN(dx[2]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryCount_StaysInsideItsBuffersAtAnyAlignment(Activation kind)
    {
        for (int count = 0; count <= 67; count++)
        {
            using GuardedBuffer x = new(count);
            using GuardedBuffer y = new(count + 1);
            using GuardedBuffer dx = new(count);
            for (int i = 0; i < count; i++) x.Pointer[i] = (i - 20) * 0.3f;
            foreach (VectorWidth width in Bits.Widths)
            {
                Simd.Force(width);
                y.Pointer[count] = 42f;
                Activations.ActivationForward(null, kind, x.Pointer, y.Pointer, count);
                Activations.ActivationBackward(null, kind, x.Pointer, y.Pointer, x.Pointer, dx.Pointer, count);
                Simd.Force(null);
                Assert.Equal(42f, y.Pointer[count]);
                for (int i = 0; i < count; i++)
                {
                    double expected = Formula(kind, x.Pointer[i]);
                    Assert.Equal(expected, y.Pointer[i], AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)));
                }
            }
        }
    }

    [Fact]
    public void UnknownKind_IsAnErrorThatNamesIt()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => Activations.ActivationForward(null, (Activation)77, null, null, 0));
        Assert.Equal("kind", error.ParamName);
    }

    private static double Formula(Activation kind, double x)
    {
        double product = kind switch
        {
            Activation.None => x,
            Activation.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
            Activation.Gelu => x * 0.5 * (1 + References.Erf(x / Math.Sqrt(2))),
            Activation.GeluTanh => x * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
            Activation.Silu => x * References.Sigmoid(x),
            Activation.Tanh => Math.Tanh(x),
            Activation.Sigmoid => References.Sigmoid(x),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return double.IsNaN(product) && double.IsNegativeInfinity(x) ? 0 : product;
    }

    private static float[] Forward(WorkerTeam? team, Activation kind, float[] x)
    {
        float[] y = new float[x.Length];
        fixed (float* input = x, output = y) Activations.ActivationForward(team, kind, input, output, x.Length);
        return y;
    }

    private static float[] Backward(WorkerTeam? team, Activation kind, float[] x, float[] y, float[] dy, bool inPlace)
    {
        float[] dx = inPlace ? (float[])dy.Clone() : new float[x.Length];
        fixed (float* input = x, output = y, outputGradient = dy, gradient = dx)
        {
            Activations.ActivationBackward(team, kind, input, output, inPlace ? gradient : outputGradient, gradient, x.Length);
        }

        return dx;
    }
}
