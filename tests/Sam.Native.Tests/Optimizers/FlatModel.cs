namespace Sam.Native.Tests.Optimizers;

/// <summary>A model that is all weights: y_b = x_b s with s = sum c w, and as gradient k (c + w / 5) with k = sum dy_b x_b. Passes allocate
/// nothing.</summary>
internal sealed unsafe class FlatModel(Device device, int batchSize, params int[] counts) : Model(device, batchSize, 3, Describe(counts))
{
    public float[] Copy()
    {
        List<float> values = [];
        foreach (Parameter parameter in Parameters)
        {
            values.AddRange(parameter.Values);
        }

        return [.. values];
    }

    /// <summary>Puts NaN or infinity into the gradient of the next backward passes; 0 leaves it alone.</summary>
    public float Poison { get; set; }

    protected override void ForwardCore(in PassContext pass)
    {
        double sum = 0;
        foreach (ParameterInfo info in Layout.Parameters)
        {
            float* w = (pass.Weights + info.Offset).ToPointer();
            for (int i = 0; i < info.Count; i++)
            {
                sum += (double)Slope(info.Offset + i) * w[i];
            }
        }

        float* x = pass.At(0).ToPointer(), y = pass.At(16).ToPointer();
        for (int b = 0; b < pass.Batch; b++)
        {
            y[b] = (float)(x[b] * sum / Layout.ArenaCount);
        }
    }

    protected override void BackwardCore(in PassContext pass)
    {
        float* x = pass.At(0).ToPointer(), dy = pass.At(32).ToPointer();
        float k = 0;
        for (int b = 0; b < pass.Batch; b++)
        {
            k += dy[b] * x[b];
        }

        foreach (ParameterInfo info in Layout.Parameters)
        {
            float* w = (pass.Weights + info.Offset).ToPointer(), g = (pass.Gradients + info.Offset).ToPointer();
            for (int i = 0; i < info.Count; i++)
            {
                float own = k * (Slope(info.Offset + i) + (0.2f * w[i]));
                g[i] = pass.Accumulate ? g[i] + own : own;
            }
        }

        if (Poison != 0)
        {
            pass.Gradients.ToPointer()[Layout.Parameters[^1].Offset] = Poison;
        }
    }

    private static float Slope(int i) => ((((uint)i * 2654435761u) >> 8) / 16777216f) - 0.4f;

    private static ModelLayout Describe(int[] counts)
    {
        List<ParameterInfo> parameters = [];
        int offset = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            ParameterRole role = (ParameterRole)(i % 4);
            parameters.Add(new ParameterInfo($"layer{i / 4}.{role}", new Shape(counts[i]), offset, role, Initializer.KaimingUniform(4)));
            offset += (counts[i] + 15) & ~15;
        }

        return new ModelLayout
        {
            Name = "Flat",
            InputShape = new Shape(1),
            OutputShape = new Shape(1),
            Parameters = [.. parameters],
            Layers = [],
            ArenaCount = offset,
            ActivationCount = 48,
            InputOffset = 0,
            OutputOffset = 16,
            OutputGradientOffset = 32,
        };
    }
}
