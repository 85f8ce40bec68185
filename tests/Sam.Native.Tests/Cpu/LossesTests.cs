using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class LossesTests
{
    // exp within 1 ulp, a sum of K positive terms in 16 lanes, a quotient.
    private const double Tolerance = 2e-6;

    public static TheoryData<int> ClassCounts => [.. Enumerable.Range(1, 67), 100, 127, 1000, 1009, 20_011];

    [Theory]
    [MemberData(nameof(ClassCounts))]
    public void CrossEntropy_MatchesDoubleAndItsOwnDifferences(int classes)
    {
        foreach (float smoothing in (float[])[0f, 0.1f, 1f])
        {
            const int Rows = 5;
            float[] z = RandomFloats(Rows * classes, classes, 6f);
            int[] labels = Labels(Rows, classes);
            double factor = 1.0 / Rows;
            float[] actual = Bits.SameEverywhere(team => CrossEntropy(team, z, labels, classes, smoothing, factor));
            (double loss, double[] gradient) = Reference(z, labels, classes, smoothing, factor);
            Assert.Equal(loss, actual[^1], Tolerance * Math.Max(1, Math.Abs(loss)));
            for (int i = 0; i < gradient.Length; i++) Assert.Equal(gradient[i], actual[i], Tolerance * factor);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void CrossEntropyGradient_IsTheDerivativeOfTheLoss(int classes)
    {
        const double Step = 1e-4;
        float[] z = RandomFloats(2 * classes, 3, 4f);
        int[] labels = Labels(2, classes);
        float[] actual = CrossEntropy(null, z, labels, classes, 0.2f, 1.0);
        double[] wide = Array.ConvertAll(z, value => (double)value);
        for (int i = 0; i < z.Length; i++)
        {
            double keep = wide[i];
            wide[i] = keep + Step;
            double above = LossInDouble(wide, labels, classes, 0.2f);
            wide[i] = keep - Step;
            double below = LossInDouble(wide, labels, classes, 0.2f);
            wide[i] = keep;
            Assert.Equal((above - below) / (2 * Step), actual[i], 1e-6);
        }
    }

    [Theory]
    [InlineData(10, 5000)]
    [InlineData(1, 20_000)]
    [InlineData(1000, 300)]
    [InlineData(3, 500_000)]
    public void CrossEntropy_OfManyRowsHasTheSameBitsForEveryWidthAndTeam(int classes, int rows)
    {
        float[] z = RandomFloats(rows * classes, 8, 9f);
        int[] labels = Labels(rows, classes);
        float[] actual = Bits.SameEverywhere(team => CrossEntropy(team, z, labels, classes, 0.1f, 1.0 / rows));
        (double loss, _) = Reference(z, labels, classes, 0.1f, 1.0 / rows);
        Assert.Equal(loss, actual[^1], Tolerance * Math.Max(1, loss));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(33)]
    public void CrossEntropy_IsStableForHugeAndInfiniteLogits(int classes)
    {
        float[] z = new float[classes];
        z[0] = 3e38f;
        z[2] = -3e38f;
        float[] right = CrossEntropy(null, z, [0], classes, 0f, 1);
        Assert.All(right, value => Assert.Equal(0f, value));
        z[0] = 0f;
        z[2] = float.NegativeInfinity;
        float[] impossible = CrossEntropy(null, z, [2], classes, 0f, 1);
        Assert.Equal(float.PositiveInfinity, impossible[^1]);
        Assert.Equal(-1f, impossible[2]);
        Assert.Equal(Math.Log(classes - 1), CrossEntropy(null, z, [0], classes, 0f, 1)[^1], Tolerance);
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity])
        {
            z[classes - 1] = bad;
            Assert.All(CrossEntropy(null, z, [0], classes, 0f, 1), value => Assert.True(float.IsNaN(value)));
        }
    }

    [Fact]
    public void CrossEntropy_StaysInsideItsBuffersAndMayOverwriteTheLogits()
    {
        int* labels = stackalloc int[2];
        labels[0] = 0;
        for (int classes = 1; classes <= 67; classes++)
        {
            using GuardedBuffer z = new(2 * classes);
            using GuardedBuffer dz = new(2 * classes);
            labels[1] = classes - 1;
            foreach (VectorWidth width in Bits.Widths)
            {
                for (int i = 0; i < 2 * classes; i++) z.Pointer[i] = i % 7;
                Simd.Force(width);
                double outside = SoftmaxCrossEntropy.Run(null, 2, classes, z.Pointer, labels, 0.1f, 1, dz.Pointer);
                double inside = SoftmaxCrossEntropy.Run(null, 2, classes, z.Pointer, labels, 0.1f, 1, z.Pointer);
                Simd.Force(null);
                Assert.Equal(outside, inside);
                Bits.AssertEqual(dz.Span, z.Span, "in place");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(67)]
    [InlineData(40_009)]
    public void SquaredError_MatchesItsFormula(int count)
    {
        float[] y = RandomFloats(count, 1, 2f);
        float[] t = RandomFloats(count, 2, 2f);
        double factor = count == 0 ? 1 : 1.0 / count;
        float[] actual = Bits.SameEverywhere(team =>
        {
            float[] dy = new float[count + 1];
            fixed (float* py = y, pt = t, pd = dy) dy[count] = (float)SquaredError.Run(team, py, pt, factor, pd, count);
            return dy;
        });
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double d = (double)y[i] - t[i];
            sum += d * d;
            Assert.Equal(2 * factor * d, actual[i], 3e-7 * Math.Abs(2 * factor * d));
        }

        Assert.Equal(sum * factor, actual[count], 3e-7 * sum * factor);
    }

    [Fact]
    public void DoubleLogarithm_IsGoodToAFewUlp()
    {
        Random random = new(4);
        for (int i = 0; i < 100_000; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.Next(-1000, 1000) / (1 + (i % 1000)));
            Assert.Equal(Math.Log(x), DoubleMath.Log(x), 1e-15 * Math.Abs(Math.Log(x)));
        }

        Assert.Equal(0.0, DoubleMath.Log(1));
        Assert.Equal(double.PositiveInfinity, DoubleMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(DoubleMath.Log(double.NaN)));
    }

    private static float[] CrossEntropy(WorkerTeam? team, float[] z, int[] labels, int classes, float smoothing, double factor)
    {
        float[] result = new float[z.Length + 1];
        fixed (float* pz = z, pd = result)
        fixed (int* pl = labels)
        {
            result[z.Length] = (float)SoftmaxCrossEntropy.Run(team, labels.Length, classes, pz, pl, smoothing, factor, pd);
        }

        return result;
    }

    private static (double Loss, double[] Gradient) Reference(float[] z, int[] labels, int classes, double smoothing, double factor)
    {
        double[] wide = Array.ConvertAll(z, value => (double)value);
        double[] gradient = new double[z.Length];
        for (int row = 0; row < labels.Length; row++)
        {
            Span<double> logits = wide.AsSpan(row * classes, classes);
            double max = double.NegativeInfinity;
            foreach (double value in logits) max = Math.Max(max, value);
            double sum = 0;
            foreach (double value in logits) sum += Math.Exp(value - max);
            for (int k = 0; k < classes; k++)
            {
                double target = (k == labels[row] ? 1 - smoothing : 0) + (smoothing / classes);
                gradient[(row * classes) + k] = factor * ((Math.Exp(logits[k] - max) / sum) - target);
            }
        }

        return (LossInDouble(wide, labels, classes, smoothing) * factor, gradient);
    }

    private static double LossInDouble(double[] z, int[] labels, int classes, double smoothing)
    {
        double loss = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            Span<double> logits = z.AsSpan(row * classes, classes);
            double max = double.NegativeInfinity;
            foreach (double value in logits) max = Math.Max(max, value);
            double sum = 0;
            foreach (double value in logits) sum += Math.Exp(value - max);
            for (int k = 0; k < classes; k++)
            {
                double target = (k == labels[row] ? 1 - smoothing : 0) + (smoothing / classes);
                loss -= target * (logits[k] - max - Math.Log(sum));
            }
        }

        return loss;
    }

    private static int[] Labels(int rows, int classes)
    {
        Random random = new(classes);
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) labels[i] = random.Next(classes);
        return labels;
    }

    private static float[] RandomFloats(int count, int seed, float range)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * 2 * range;
        return values;
    }
}
