using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class RandomKernelsTests
{
    private static readonly RandomStream s_stream = new(Seed: 0xDEADBEEF12345678, Step: 41, Stream: 5);

    public static TheoryData<int> Counts => [.. Enumerable.Range(0, 68), 127, 128, 129, 1009, 16385, 50_001];

    [Theory]
    [MemberData(nameof(Counts))]
    public void UniformFill_EqualsTheScalarGenerator(int count)
    {
        float[] y = Bits.SameEverywhere(team => Fill(count, (p, n) => RandomFill.Uniform(team, -0.25f, 0.75f, s_stream, p, n)));
        for (int i = 0; i < count; i++) Assert.Equal(MathF.FusedMultiplyAdd(1f, Philox.Uniform(s_stream, i), -0.25f), y[i]);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void NormalFill_IsBoxMullerOfTheScalarGenerator(int count)
    {
        float[] y = Bits.SameEverywhere(team => Fill(count, (p, n) => RandomFill.Normal(team, 0.5f, 2f, s_stream, p, n)));
        for (int i = 0; i < count; i++)
        {
            bool cosine = (i & 16) == 0;
            long first = i & ~16L;
            double u = Philox.Uniform(s_stream, first) + Math.ScaleB(1, -24);
            double angle = 2 * Math.PI * Philox.Uniform(s_stream, first + 16);
            double expected = 0.5 + (2 * Math.Sqrt(-2 * Math.Log(u)) * (cosine ? Math.Cos(angle) : Math.Sin(angle)));

            // r is at most 5.77 and its factors are good to a few 1e-7.
            Assert.Equal(expected, y[i], 5e-6);
        }
    }

    [Fact]
    public void NormalFill_HasTheMomentsOfItsDistribution()
    {
        const int Count = 200_000;
        float[] y = Fill(Count, (p, n) => RandomFill.Normal(null, 0f, 1f, s_stream, p, n));
        double mean = y.Average(v => (double)v);
        double variance = y.Average(v => (double)v * v);
        double fourth = y.Average(v => (double)v * v * v * v);

        // Four standard errors: 1, sqrt 2 and sqrt 96 over sqrt(count).
        Assert.Equal(0, mean, 4 / Math.Sqrt(Count));
        Assert.Equal(1, variance, 4 * Math.Sqrt(2.0 / Count));
        Assert.Equal(3, fourth, 4 * Math.Sqrt(96.0 / Count));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.999f)]
    public void Dropout_KeepsWhatTheStreamSays(float p)
    {
        foreach (int count in (int[])[0, 1, 16, 17, 63, 64, 65, 1009, 40_001])
        {
            float[] x = new float[count];
            for (int i = 0; i < count; i++) x[i] = i - 20;
            float[] y = Bits.SameEverywhere(team =>
            {
                float[] values = (float[])x.Clone();
                fixed (float* pv = values) Dropout.Run(team, p, s_stream, pv, pv, count);
                return values;
            });
            float scale = 1f / (1f - p);
            for (int i = 0; i < count; i++) Assert.Equal(Philox.Uniform(s_stream, i) >= p ? x[i] * scale : 0f, y[i]);
        }
    }

    [Fact]
    public void Dropout_DropsNaNAndDiffersByStepAndStream()
    {
        float[] ones = new float[4096];
        Array.Fill(ones, 1f);
        float[] Masked(RandomStream stream) => Fill(4096, (p, n) => { fixed (float* o = ones) Dropout.Run(null, 0.5f, stream, o, p, n); });
        float[] first = Masked(s_stream);
        Assert.Equal(first, Masked(s_stream));
        RandomStream[] others = [s_stream with { Step = 42 }, s_stream with { Stream = 6 }, s_stream with { Seed = 1 }];
        foreach (RandomStream other in others)
        {
            float[] second = Masked(other);
            int equal = first.Zip(second).Count(pair => pair.First == pair.Second);

            // Half of 4096 by chance, standard deviation 32.
            Assert.InRange(equal, 2048 - 160, 2048 + 160);
        }

        float[] nans = new float[64];
        Array.Fill(nans, float.NaN);
        fixed (float* p = nans) Dropout.Run(null, 0.5f, s_stream, p, p, 64);
        for (int i = 0; i < 64; i++) Assert.Equal(Philox.Uniform(s_stream, i) >= 0.5f, float.IsNaN(nans[i]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    public void StreamFromALaterElement_IsTheRestOfTheStream(int first)
    {
        foreach (int count in (int[])[1, 16, 63, 64, 65, 1009, 40_001])
        {
            RandomStream later = s_stream with { First = first };
            float[] x = [.. Enumerable.Range(1, first + count).Select(static i => (float)i)];
            float[] uniform = Fill(first + count, static (p, n) => RandomFill.Uniform(null, -1, 2, s_stream, p, n));
            float[] normal = Fill(first + count, static (p, n) => RandomFill.Normal(null, 1, 2, s_stream, p, n));
            float[] dropped = Dropped(null, s_stream, x);
            Assert.Equal(uniform[first..], Bits.SameEverywhere(team => Fill(count, (p, n) => RandomFill.Uniform(team, -1, 2, later, p, n))));
            Assert.Equal(normal[first..], Bits.SameEverywhere(team => Fill(count, (p, n) => RandomFill.Normal(team, 1, 2, later, p, n))));
            Assert.Equal(dropped[first..], Bits.SameEverywhere(team => Dropped(team, later, x[first..])));
        }

        static float[] Dropped(WorkerTeam? team, RandomStream stream, float[] x)
        {
            float[] values = (float[])x.Clone();
            fixed (float* p = values) Dropout.Run(team, 0.4f, stream, p, p, values.Length);
            return values;
        }
    }

    [Fact]
    public void EveryCount_StaysInsideItsBuffersAtAnyAlignment()
    {
        for (int count = 1; count <= 130; count++)
        {
            using GuardedBuffer x = new(count);
            using GuardedBuffer y = new(count);
            foreach (VectorWidth width in Bits.Widths)
            {
                Simd.Force(width);
                RandomFill.Uniform(null, 1f, 2f, s_stream, x.Pointer, count);
                RandomFill.Normal(null, 0f, 1f, s_stream, y.Pointer, count);
                Dropout.Run(null, 0.5f, s_stream, x.Pointer, y.Pointer, count);
                Simd.Force(null);
                Assert.All(x.Span.ToArray(), value => Assert.InRange(value, 1f, 2f));
            }
        }
    }

    private delegate void Filler(float* pointer, int count);

    private static float[] Fill(int count, Filler filler)
    {
        float[] y = new float[count];
        fixed (float* p = y) filler(p, count);
        return y;
    }
}
