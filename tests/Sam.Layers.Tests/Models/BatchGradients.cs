using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>Checks a model's outputs and gradients against a float64 forward pass over the batch and its central differences.</summary>
internal static class BatchGradients
{
    // Normalisation divides by deviations of a few tenths, layer after layer, and so enlarges float32's rounding of the sums by some tens.
    private const double Tolerance = 1e-4;
    private const double RelativeTolerance = 5e-4;

    // Central differences in double: truncation about h^2, rounding about 1e-16 / h.
    private const double Difference = 1e-5;
    private const int Batch = 4;

    /// <summary>Makes the model, moves its scales, shifts and running statistics away from where they start, and compares.</summary>
    /// <param name="make">Makes the model with room for a batch of 4.</param>
    /// <param name="training">Whether layers behave as in training.</param>
    /// <param name="layers">The forward pass in float64.</param>
    public static void Verify(Func<Device, Model> make, bool training, Func<BatchReference, double[], double[]> layers)
    {
        using TestedDevice tested = TestedDevice.Open(2);
        Device device = tested.Device;
        using Model model = make(device);
        Random random = new(4);
        foreach (Parameter parameter in model.Parameters)
        {
            // Scales and shifts that start at 1 and 0 would hide mistakes.
            if (parameter.Role is ParameterRole.NormalizationScale or ParameterRole.NormalizationShift)
            {
                parameter.Write([.. parameter.Copy().Select(value => value + random.NextSingle() - 0.4f)]);
            }
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger)
            {
                buffer.Write([.. buffer.Copy().Select(value => value + (0.5f * random.NextSingle()))]);
            }
        }

        if (!training) model.Evaluate();
        float[] inputs = [.. Enumerable.Range(0, model.InputShape.Count * Batch).Select(_ => (2 * random.NextSingle()) - 1)];
        float[] targets = [.. Enumerable.Range(0, model.OutputShape.Count * Batch).Select(_ => (2 * random.NextSingle()) - 1)];
        double[] x = [.. inputs.Select(static v => (double)v)];
        BatchReference reference = new(model, Batch);
        double Loss() => layers(reference, x).Zip(targets, static (y, t) => (y - t) * (y - t)).Average();

        double[] outputs = layers(reference, x);
        ReadOnlySpan<float> actual = model.Forward(inputs);
        Assert.Equal(outputs.Length, actual.Length);
        for (int i = 0; i < outputs.Length; i++) AssertClose(outputs[i], actual[i], $"output {i}");
        Assert.Equal(Loss(), model.Backward(Native.Loss.MeanSquaredError(targets)), Tolerance);
        foreach (Parameter parameter in model.Parameters)
        {
            double[] weights = reference[parameter.Name];
            float[] gradients = parameter.CopyGradients();
            for (int i = 0; i < weights.Length; i++)
            {
                double weight = weights[i];
                weights[i] = weight + Difference;
                double above = Loss();
                weights[i] = weight - Difference;
                double below = Loss();
                weights[i] = weight;
                AssertClose((above - below) / (2 * Difference), gradients[i], $"gradient of {parameter.Name}[{i}]");
            }
        }
    }

    private static void AssertClose(double expected, float actual, string what) => Assert.True(
        Math.Abs(expected - actual) <= Tolerance + (RelativeTolerance * Math.Abs(expected)), $"{what} is {actual}, not {expected}.");
}
