using Sam.Native.Cpu;
using static Sam.Native.Tests.Cpu.NormalizationReferences;

namespace Sam.Native.Tests.Cpu;

/// <summary>Layer and group normalisation, adaptive pooling, addition.</summary>
public sealed unsafe class NormalizationTests
{
    private const float Epsilon = 1e-5f;

    // Values around 1 after a handful of roundings and a sum of at most 4096 elements in 16 lanes.
    private const double Tolerance = 4e-6;
    private const double GradientTolerance = 1e-4;

    [Theory]
    [InlineData(1, 3, true)]
    [InlineData(5, 32, true)]
    [InlineData(130, 17, true)]
    [InlineData(7, 100, false)]
    [InlineData(3, 5000, true)]
    [InlineData(2, 9001, false)]
    public void LayerNorm_MatchesDouble_AndCentralDifferences(int rows, int columns, bool affine)
    {
        float[] x = Random(rows * columns, 1), dy = Random(rows * columns, 2);
        float[]? gamma = affine ? Random(columns, 3) : null, beta = affine ? Random(columns, 4) : null;
        float[] all = Bits.SameEverywhere(team => RunLayerNorm(team, rows, columns, x, dy, gamma, beta));
        double[] wide = Widen(x), weights = Widen(dy);
        double[]? wideGamma = gamma is null ? null : Widen(gamma), wideBeta = beta is null ? null : Widen(beta);
        double[] Function() => Forward(wide, i => i / columns, i => i % columns, wideGamma, wideBeta, null, false, Epsilon);
        CheckAll(all, wide, weights, wideGamma, wideBeta, Function, rows);
    }

    [Theory]
    [InlineData(3, 6, 1, 2, true)]
    [InlineData(2, 4, 25, 4, true)]
    [InlineData(3, 8, 49, 1, true)]
    [InlineData(2, 6, 16, 3, false)]
    [InlineData(1, 2, 5000, 2, true)]
    [InlineData(2, 4, 2048, 2, true)]
    public void GroupNorm_MatchesDouble_AndCentralDifferences(int batch, int channels, int size, int groups, bool affine)
    {
        int count = batch * channels * size;
        float[] x = Random(count, 1), dy = Random(count, 2);
        float[]? gamma = affine ? Random(channels, 3) : null, beta = affine ? Random(channels, 4) : null;
        float[] all = Bits.SameEverywhere(team => RunGroupNorm(team, batch, channels, size, groups, x, dy, gamma, beta));
        double[] wide = Widen(x), weights = Widen(dy);
        double[]? wideGamma = gamma is null ? null : Widen(gamma), wideBeta = beta is null ? null : Widen(beta);
        double[] Function() => Forward(wide, i => i / (channels / groups * size), i => i / size % channels, wideGamma, wideBeta, null, false, Epsilon);
        CheckAll(all, wide, weights, wideGamma, wideBeta, Function, batch * size);
    }

    [Theory]
    [InlineData(3, 7, 7, 1, 1)]
    [InlineData(2, 80, 70, 1, 1)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(4, 5, 7, 3, 2)]
    [InlineData(2, 3, 2, 5, 4)]
    [InlineData(2, 6, 6, 6, 6)]
    public void AdaptiveAvgPool_AveragesItsWindows_ForwardAndBackward(int planes, int height, int width, int outHeight, int outWidth)
    {
        int size = height * width, outSize = outHeight * outWidth;
        float[] x = Random(planes * size, 1), dy = Random(planes * outSize, 2), mask = Random(planes * size, 3);
        float[] all = Bits.SameEverywhere(team =>
        {
            float[] y = new float[planes * outSize], dx = new float[planes * size], masked = new float[planes * size];
            fixed (float* px = x, py = y, pdy = dy, pdx = dx, pm = mask, pmasked = masked)
            {
                CpuKernels kernels = new(team!);
                kernels.AdaptiveAvgPool2dForward(planes, height, width, outHeight, outWidth, new(px), new(py));
                kernels.AdaptiveAvgPool2dBackward(planes, height, width, outHeight, outWidth, new(pdy), new(pdx), default);
                kernels.AdaptiveAvgPool2dBackward(planes, height, width, outHeight, outWidth, new(pdy), new(pmasked), new(pm));
            }

            return [.. y, .. dx, .. masked];
        });
        double[] expected = new double[all.Length];
        int gradients = planes * outSize;
        for (int p = 0; p < planes; p++)
        {
            for (int o = 0; o < outSize; o++)
            {
                int top = o / outWidth * height / outHeight, left = o % outWidth * width / outWidth;
                int bottom = (int)Math.Ceiling(((o / outWidth) + 1) * (double)height / outHeight), right = (int)Math.Ceiling(((o % outWidth) + 1) * (double)width / outWidth);
                for (int i = top; i < bottom; i++)
                {
                    for (int j = left; j < right; j++)
                    {
                        int at = (p * size) + (i * width) + j;
                        double share = 1.0 / ((bottom - top) * (right - left));
                        expected[(p * outSize) + o] += x[at] * share;
                        expected[gradients + at] += dy[(p * outSize) + o] * share;
                        if (mask[at] > 0) expected[gradients + (planes * size) + at] += dy[(p * outSize) + o] * share;
                    }
                }
            }
        }

        for (int i = 0; i < all.Length; i++) Assert.Equal(expected[i], all[i], Tolerance);
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Relu)]
    public void Add_SumsElementByElement_ThenTheActivation(Activation activation)
    {
        float[] a = [.. Random(40_000, 1), float.NaN, -0f, 1e38f], b = [.. Random(40_000, 2), 1f, 0f, 3e38f];
        float[] y = Bits.SameEverywhere(team =>
        {
            float[] sum = new float[a.Length];
            fixed (float* pa = a, pb = b, py = sum) new CpuKernels(team!).AddForward(activation, sum.Length, new(pa), new(pb), new(py));
            return sum;
        });
        float[] expected = [.. a.Zip(b, (p, q) => activation == Activation.Relu && p + q <= 0 ? 0f : p + q)];
        Bits.AssertEqual(expected, y, "the formula");
    }

    private static float[] RunLayerNorm(WorkerTeam? team, int rows, int columns, float[] x, float[] dy, float[]? gamma, float[]? beta)
    {
        float[] y = new float[x.Length], dx = new float[x.Length], dgamma = new float[columns], dbeta = new float[columns], mean = new float[rows], inverse = new float[rows];
        fixed (float* px = x, pdy = dy, pg = gamma, pb = beta, py = y, pdx = dx, pdg = dgamma, pdb = dbeta, pm = mean, pi = inverse)
        {
            CpuKernels kernels = new(team!);
            kernels.LayerNormForward(rows, columns, Epsilon, new(px), new(pg), new(pb), new(py), new(pm), new(pi));
            kernels.LayerNormBackward(rows, columns, new(px), new(pg), new(pdy), new(pm), new(pi), new(pdx), new(pdg), new(pdb), accumulate: false);
        }

        return [.. y, .. dx, .. dgamma, .. dbeta];
    }

    private static float[] RunGroupNorm(
        WorkerTeam? team, int batch, int channels, int size, int groups, float[] x, float[] dy, float[]? gamma, float[]? beta)
    {
        float[] y = new float[x.Length], dx = new float[x.Length], dgamma = new float[channels], dbeta = new float[channels];
        float[] mean = new float[batch * groups], inverse = new float[batch * groups];
        using WorkerTeam? own = team is null ? new WorkerTeam(1) : null;
        fixed (float* px = x, pdy = dy, pg = gamma, pb = beta, py = y, pdx = dx, pdg = dgamma, pdb = dbeta, pm = mean, pi = inverse)
        {
            CpuKernels kernels = new(team ?? own!);
            kernels.GroupNormForward(batch, channels, size, groups, Epsilon, new(px), new(pg), new(pb), new(py), new(pm), new(pi));
            kernels.GroupNormBackward(batch, channels, size, groups, new(px), new(pg), new(pdy), new(pm), new(pi), new(pdx), new(pdg), new(pdb), accumulate: false);
        }

        return [.. y, .. dx, .. dgamma, .. dbeta];
    }

    private static void CheckAll(float[] all, double[] x, double[] weights, double[]? gamma, double[]? beta, Func<double[]> function, int terms)
    {
        double[] y = function();
        for (int i = 0; i < y.Length; i++) Assert.Equal(y[i], all[i], Tolerance * (1 + Math.Abs(y[i])));
        Random random = new(y.Length);
        for (int k = 0; k < 8; k++)
        {
            int i = random.Next(x.Length);
            Assert.Equal(Slope(x, i, weights, function), all[y.Length + i], GradientTolerance);
        }

        for (int k = 0; gamma is not null && k < 3; k++)
        {
            int i = random.Next(gamma.Length);
            double tolerance = GradientTolerance * Math.Sqrt(terms);
            Assert.Equal(Slope(gamma, i, weights, function), all[(2 * y.Length) + i], tolerance);
            Assert.Equal(Slope(beta!, i, weights, function), all[(2 * y.Length) + gamma.Length + i], tolerance);
        }
    }
}
