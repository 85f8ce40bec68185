using Sam.Tests;

namespace Sam.Native.Tests.Optimizers;

/// <summary>A model that is all weights: y_b = x_b s with s = sum c w / N, and as gradient k (c + w / 5) with k = sum dy_b x_b. Made of the
/// device's kernels, so that it runs on every device and in graphs. Passes allocate nothing.</summary>
internal sealed class FlatModel : Model, IDisposable
{
    // Places in the activation block, for one example: each is as long as the batch at least.
    private const int InputAt = 0, OutputAt = 16, GradientAt = 32, SumAt = 48, SlopeAt = 64, ArenasAt = 80;

    // c / N, c, one fifth, and what poisons gradients: in memory, where graphs find it too.
    private readonly DeviceMemory _constants;

    public FlatModel(Device device, int batchSize, params int[] counts)
        : base(device, batchSize, 3, Describe(counts))
    {
        int count = Layout.ArenaCount;
        float[] slopes = [.. Enumerable.Range(0, count).Select(Slope)];
        _constants = device.Allocate(((2 * (long)count) + 2) * sizeof(float), "test");
        device.Upload<float>([.. slopes.Select(c => c / count), .. slopes, 0.2f, 0], _constants.Pointer<float>());
    }

    /// <summary>c of each weight, in the order of <see cref="Copy"/>.</summary>
    public float[] Slopes() => [.. Layout.Parameters.SelectMany(static info => Enumerable.Range(info.Offset, info.Count)).Select(Slope)];

    /// <summary>Is added to an element of the gradient of the next backward passes: NaN, infinity, or 0.</summary>
    public float Poison
    {
        set => Device.Upload([value], PoisonPointer);
    }

    private DevicePointer<float> PoisonPointer => _constants.Pointer<float>() + ((2 * Layout.ArenaCount) + 1);

    public float[] Copy()
    {
        List<float> values = [];
        foreach (Parameter parameter in Parameters) values.AddRange(parameter.Copy());
        return [.. values];
    }

    public new void Dispose()
    {
        base.Dispose();
        _constants.Dispose();
    }

    protected override void ForwardCore(in PassContext pass)
    {
        DevicePointer<float> s = pass.At(SumAt);
        pass.Kernels.LinearForward(1, Layout.ArenaCount, 1, _constants.Pointer<float>(), pass.Weights, default, s, Activation.None);
        pass.Kernels.LinearForward(pass.Batch, 1, 1, pass.At(InputAt), s, default, pass.At(OutputAt), Activation.None);
    }

    protected override void BackwardCore(in PassContext pass)
    {
        DeviceKernels kernels = pass.Kernels;
        int count = Layout.ArenaCount;
        DevicePointer<float> c = _constants.Pointer<float>() + count, k = pass.At(SlopeAt), t = pass.At(ArenasAt), own = t + count;
        kernels.LinearBackwardWeight(pass.Batch, 1, 1, pass.At(InputAt), pass.At(GradientAt), k, default, false);
        kernels.LinearForward(count, 1, 1, pass.Weights, c + count, default, t, Activation.None);
        kernels.Add(count, c, t);
        foreach (ParameterInfo info in Layout.Parameters)
        {
            DevicePointer<float> g = pass.Gradients + info.Offset;
            kernels.LinearBackwardInput(1, info.Count, 1, k, t + info.Offset, pass.Accumulate ? own : g, default);
            if (pass.Accumulate) kernels.Add(info.Count, own, g);
        }

        kernels.Add(1, PoisonPointer, pass.Gradients + Layout.Parameters[^1].Offset);
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
            ActivationCount = ArenasAt + (2 * offset),
            InputOffset = InputAt,
            OutputOffset = OutputAt,
            OutputGradientOffset = GradientAt,
        };
    }
}
