namespace Sam.Native.Tests.Cpu;

/// <summary>Normalisations in double, for tests to compare with: any set of elements that shares its moments is a "cell".</summary>
internal static class NormalizationReferences
{
    /// <summary>y = f((x - mean) / sqrt(variance + epsilon) gamma + beta + shortcut), with the moments of each cell unless they are given.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="cell">Cell of an element.</param>
    /// <param name="affine">Index of an element's gamma and beta.</param>
    /// <param name="gamma">Scales, or null.</param>
    /// <param name="beta">Shifts, or null.</param>
    /// <param name="shortcut">Added before the ReLU, or null.</param>
    /// <param name="relu">Whether negative values become 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="given">Moments by cell, or null.</param>
    public static double[] Forward(
        double[] x, Func<int, int> cell, Func<int, int> affine, double[]? gamma, double[]? beta, double[]? shortcut, bool relu, double epsilon, (double Mean, double Variance)[]? given = null)
    {
        (double Mean, double Variance)[] moments = given ?? Moments(x, cell);
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            (double mean, double variance) = moments[cell(i)];
            double value = (x[i] - mean) / Math.Sqrt(variance + epsilon) * (gamma is null ? 1 : gamma[affine(i)]);
            value += (beta is null ? 0 : beta[affine(i)]) + (shortcut is null ? 0 : shortcut[i]);
            y[i] = relu && value < 0 ? 0 : value;
        }

        return y;
    }

    /// <summary>Mean and biased variance of each cell, in two passes.</summary>
    public static (double Mean, double Variance)[] Moments(double[] x, Func<int, int> cell)
    {
        int cells = Enumerable.Range(0, x.Length).Max(cell) + 1;
        double[] sums = new double[cells], squares = new double[cells];
        int[] counts = new int[cells];
        for (int i = 0; i < x.Length; i++)
        {
            sums[cell(i)] += x[i];
            counts[cell(i)]++;
        }

        for (int i = 0; i < x.Length; i++) squares[cell(i)] += Math.Pow(x[i] - (sums[cell(i)] / counts[cell(i)]), 2);
        return [.. Enumerable.Range(0, cells).Select(c => (sums[c] / counts[c], squares[c] / counts[c]))];
    }

    /// <summary>Central difference of sum_i weight[i] f(values)[i] by one of the values.</summary>
    public static double Slope(double[] values, int index, double[] weights, Func<double[]> function)
    {
        const double Step = 1e-5;
        double old = values[index];
        values[index] = old + Step;
        double high = Dot(weights, function());
        values[index] = old - Step;
        double low = Dot(weights, function());
        values[index] = old;
        return (high - low) / (2 * Step);
    }

    public static double[] Widen(float[] values) => Array.ConvertAll(values, static v => (double)v);

    public static float[] Random(int count, int seed, float scale = 2f, float center = 0.3f)
    {
        System.Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = center + (scale * (random.NextSingle() + random.NextSingle() - 1f));
        return values;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
