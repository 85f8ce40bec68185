using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class VectorMathTests
{
    private static readonly float[] s_inputs = References.AllExponents(200);

    [Fact]
    public void Exp_IsWithinOneUlp() => Check<ExpOperation>(Math.Exp, 1.0);

    [Fact]
    public void Log_IsWithinOneUlp() => Check<LogOperation>(Math.Log, 1.0);

    [Fact]
    public void Tanh_IsWithinTwoUlp() => Check<TanhOperation>(Math.Tanh, 2.0);

    [Fact]
    public void Erf_IsWithinTwoUlp() => Check<ErfOperation>(References.Erf, 2.0);

    [Fact]
    public void Sigmoid_IsWithinThreeUlp() => Check<SigmoidOperation>(References.Sigmoid, 3.0);

    [Fact]
    public void SigmoidComplement_IsWithinThreeUlp() => Check<ComplementOperation>(x => References.Sigmoid(-x), 3.0);

    [Fact]
    public void SineAndCosine_AreWithinTheirBound()
    {
        float[] turns = new float[1 << 16];
        for (int i = 0; i < turns.Length; i++) turns[i] = i / 65536f;
        float[] sine = Bits.SameEverywhere(team => Apply<SineOperation>(team, turns));
        float[] cosine = Bits.SameEverywhere(team => Apply<CosineOperation>(team, turns));
        for (int i = 0; i < turns.Length; i++)
        {
            Assert.True(Math.Abs(sine[i] - Math.Sin(2 * Math.PI * turns[i])) < 1.2e-7, $"sin({turns[i]})");
            Assert.True(Math.Abs(cosine[i] - Math.Cos(2 * Math.PI * turns[i])) < 1.2e-7, $"cos({turns[i]})");
        }
    }

    [Fact]
    public void OddFunctions_KeepTheSignOfZero()
    {
        Assert.Equal(0x80000000u, BitConverter.SingleToUInt32Bits(Apply<TanhOperation>(null, [-0f])[0]));
        Assert.Equal(0x80000000u, BitConverter.SingleToUInt32Bits(Apply<ErfOperation>(null, [-0f])[0]));
        Assert.Equal(float.NegativeInfinity, Apply<LogOperation>(null, [-0f])[0]);
    }

    private static void Check<TOp>(Func<double, double> reference, double bound)
        where TOp : unmanaged, IMapOperation
    {
        float[] actual = Bits.SameEverywhere(team => Apply<TOp>(team, s_inputs));
        double worst = 0;
        float where = 0;
        for (int i = 0; i < s_inputs.Length; i++)
        {
            double expected = reference(s_inputs[i]);
            if (double.IsNaN(expected) || double.IsInfinity(expected) || Math.Abs(expected) >= 3.4028235677973366e38)
            {
                // What rounds to infinity has to be infinity.
                Assert.True(actual[i].Equals((float)expected), $"f({s_inputs[i]:R}) = {actual[i]:R}, expected {(float)expected:R}");
                continue;
            }

            double error = Math.Abs(actual[i] - expected) / References.Ulp(expected);
            if (!(error <= worst))
            {
                worst = error;
                where = s_inputs[i];
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{typeof(TOp).Name}: {worst:F3} ulp at {where:R}");
        Assert.True(worst < bound, $"{typeof(TOp).Name}: {worst} ulp at {where:R}");
    }

    private static float[] Apply<TOp>(WorkerTeam? team, float[] x)
        where TOp : unmanaged, IMapOperation
    {
        float[] y = new float[x.Length];
        fixed (float* input = x, output = y) Map.Run(team, default(TOp), input, output, x.Length);
        return y;
    }

    private readonly struct ExpOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Exp(x);
    }

    private readonly struct LogOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Log(x);
    }

    private readonly struct TanhOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Tanh(x);
    }

    private readonly struct ErfOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Erf(x);
    }

    private readonly struct SigmoidOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.Sigmoid(x, out _);
    }

    private readonly struct ComplementOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV>
        {
            VectorMath.Sigmoid(x, out TV complement);
            return complement;
        }
    }

    private readonly struct SineOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => VectorMath.SinCosTurns(x, out _);
    }

    private readonly struct CosineOperation : IMapOperation
    {
        public TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV>
        {
            VectorMath.SinCosTurns(x, out TV cosine);
            return cosine;
        }
    }
}
