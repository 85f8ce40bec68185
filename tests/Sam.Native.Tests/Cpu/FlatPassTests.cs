using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class FlatPassTests
{
    // Sums in double of at most 2^20 terms, each with a relative error of 2^-53.
    private const double SumTolerance = 1e-12;

    public static TheoryData<int> Counts => [.. Enumerable.Range(0, 68), 127, 1009, 16384, 16385, 65537, 300_007];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Norms_MatchSumsInDouble(int count)
    {
        float[] a = RandomFloats(count, 1);
        float[] b = RandomFloats(count, 2);
        double squares = 0, dot = 0, magnitudes = 0;
        float maximum = 0;
        for (int i = 0; i < count; i++)
        {
            squares += (double)a[i] * a[i];
            dot += (double)a[i] * b[i];
            magnitudes += Math.Abs(a[i]);
            maximum = Math.Max(maximum, Math.Abs(a[i]));
        }

        double[] actual = NormsOf(a, b);
        Assert.Equal(squares, actual[0], SumTolerance * squares);
        Assert.Equal(dot, actual[1], SumTolerance * squares);
        Assert.Equal(magnitudes, actual[2], SumTolerance * magnitudes);
        Assert.Equal(maximum, actual[3]);
    }

    [Theory]
    [InlineData(1009)]
    [InlineData(70_001)]
    [InlineData(5_000_011)]
    public void Norms_HaveTheSameBitsForEveryWidthAndTeam(int count)
    {
        float[] a = RandomFloats(count, 1);
        float[] b = RandomFloats(count, 2);
        Bits.SameEverywhere(team =>
        {
            double[] values = NormsOf(a, b, team);
            float[] halves = new float[values.Length * 2];
            Buffer.BlockCopy(values, 0, halves, 0, values.Length * sizeof(double));
            return halves;
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(67)]
    [InlineData(40_000)]
    public void NonFiniteElement_ShowsInEveryNormWhereverItIs(int count)
    {
        foreach (int at in (int[])[0, count / 3, count / 2, count - 1])
        {
            foreach (VectorWidth width in Bits.Widths)
            {
                Simd.Force(width);
                float[] a = RandomFloats(count, 1);
                float[] ones = new float[count];
                Array.Fill(ones, 1f);
                a[at] = float.NaN;
                Assert.All(NormsOf(a, ones), value => Assert.True(double.IsNaN(value)));
                a[at] = float.NegativeInfinity;
                double[] infinite = NormsOf(a, ones);
                double top = double.PositiveInfinity;
                Assert.Equal([top, -top, top, top], infinite);
                Array.Fill(a, float.MaxValue);
                Assert.All(NormsOf(a, a), value => Assert.True(double.IsFinite(value)));
                Array.Fill(a, float.Epsilon);
                Assert.Equal(count * Math.ScaleB(1, -298), NormsOf(a, a)[0]);
                Simd.Force(null);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void FillCopyScaleAdd_MatchTheirFormulas(int count)
    {
        float[] x = RandomFloats(count, 3);
        float[] start = RandomFloats(count, 4);
        float[] result = Bits.SameEverywhere(team =>
        {
            float[] y = (float[])start.Clone();
            float[] z = new float[count];
            fixed (float* px = x, py = y, pz = z)
            {
                FlatPass.Add(team, 0.37f, px, py, count);
                FlatPass.Copy(team, py, pz, count);
                FlatPass.Scale(team, -1.5f, pz, pz, count);
                FlatPass.Fill(team, py, 3f, count);
            }

            Assert.All(y, value => Assert.Equal(3f, value));
            return z;
        });
        for (int i = 0; i < count; i++) Assert.Equal(-1.5f * MathF.FusedMultiplyAdd(0.37f, x[i], start[i]), result[i]);
    }

    [Fact]
    public void EveryCount_StaysInsideItsBuffersAtAnyAlignment()
    {
        for (int count = 1; count <= 67; count++)
        {
            using GuardedBuffer a = new(count);
            using GuardedBuffer b = new(count);
            using GuardedBuffer c = new(count);
            foreach (VectorWidth width in Bits.Widths)
            {
                Simd.Force(width);
                FlatPass.Fill(null, a.Pointer, 2f, count);
                FlatPass.Copy(null, a.Pointer, b.Pointer, count);
                FlatPass.Add(null, 1f, a.Pointer, b.Pointer, count);
                FlatPass.Copy(null, a.Pointer, c.Pointer, count);
                Assert.Equal(4.0 * count, Norms.SumOfSquares(null, a.Pointer, count));
                Assert.Equal(8.0 * count, Norms.Dot(null, b.Pointer, c.Pointer, count));
                Assert.Equal(4.0 * count, Norms.AbsSum(null, b.Pointer, count));
                Assert.Equal(2f, AbsMax.Run(null, a.Pointer, count));
                Simd.Force(null);
            }
        }
    }

    private static double[] NormsOf(float[] a, float[] b, WorkerTeam? team = null)
    {
        fixed (float* pa = a, pb = b)
        {
            return
            [
                Norms.SumOfSquares(team, pa, a.Length), Norms.Dot(team, pa, pb, a.Length),
                Norms.AbsSum(team, pa, a.Length), AbsMax.Run(team, pa, a.Length),
            ];
        }
    }

    private static float[] RandomFloats(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * 3f;
        return values;
    }
}
