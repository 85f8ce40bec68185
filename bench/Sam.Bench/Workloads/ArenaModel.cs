using Sam.Native;

namespace Sam.Bench;

/// <summary>A model that is nothing but weights of every role, whose passes launch nothing: what a step of it does, it does over the arenas.
/// Its gradients are noise from the start and stay what the step makes of them.</summary>
internal sealed class ArenaModel : Model
{
    private static readonly (string Name, Shape Shape, ParameterRole Role)[] s_tensors =
    [
        ("fc1.weight", new Shape(256, 256), ParameterRole.Weight),
        ("fc1.bias", new Shape(256), ParameterRole.Bias),
        ("norm.weight", new Shape(256), ParameterRole.NormalizationScale),
        ("norm.bias", new Shape(256), ParameterRole.NormalizationShift),
        ("fc2.weight", new Shape(128, 256), ParameterRole.Weight),
        ("fc2.bias", new Shape(128), ParameterRole.Bias),
    ];

    /// <summary>Makes it.</summary>
    /// <param name="device">Where it lives.</param>
    public ArenaModel(Device device)
        : base(device, 1, 1, Describe())
    {
        Random random = new(1);
        device.Upload<float>([.. Enumerable.Range(0, Count).Select(_ => random.NextSingle() - 0.5f)], GradientMemory);
    }

    /// <summary>Weights of all tensors; each is a multiple of what tensors are padded to.</summary>
    public static int Count { get; } = s_tensors.Sum(static tensor => tensor.Shape.Count);

    protected override void ForwardCore(in PassContext pass)
    {
    }

    protected override void BackwardCore(in PassContext pass)
    {
    }

    private static ModelLayout Describe()
    {
        List<ParameterInfo> parameters = [];
        int offset = 0;
        foreach ((string name, Shape shape, ParameterRole role) in s_tensors)
        {
            parameters.Add(new ParameterInfo(name, shape, offset, role, Initializer.KaimingUniform(100)));
            offset += shape.Count;
        }

        return new ModelLayout
        {
            Name = "Arenas",
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
