using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>An example's dropout masks do not depend on the micro-batch that it is in.</summary>
public sealed class DropoutMicroBatchTests
{
    private const int Batch = 8;

    // Sums over eight examples in another order, on weights about 0.5.
    private const float Tolerance = 2e-6f;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void AccumulatedMicroBatches_DropWhatTheWholeBatchDrops(int microBatch)
    {
        using TestedDevice tested = TestedDevice.Open();
        float[] whole = Train(tested.Device, Batch, new SamOptions());
        float[] cut = Train(tested.Device, microBatch, new SamOptions { MicroBatch = microBatch });
        Assert.Equal(whole.Length, cut.Length);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i], cut[i], Tolerance);
        }
    }

    private static float[] Train(Device device, int capacity, SamOptions options)
    {
        using DropoutNet model = new(device, capacity, seed: 5);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f), options);
        float[] input = new float[Batch * model.InputShape.Count];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = MathF.Sin(i + 1);
        }

        for (int step = 0; step < 3; step++)
        {
            Assert.False(sam.Step(input, [0, 1, 2, 0, 1, 2, 0, 1]).Skipped);
        }

        List<float> weights = [];
        foreach (Parameter parameter in model.Parameters)
        {
            float[] values = new float[parameter.Count];
            parameter.Read(values);
            weights.AddRange(values);
        }

        return [.. weights];
    }
}
