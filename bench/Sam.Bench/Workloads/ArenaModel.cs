using Sam.Native;

namespace Sam.Bench;

/// <summary>Weights of every role, with gradients that are noise from the start and stay what the step makes of them.</summary>
internal sealed class ArenaModel : WeightsModel
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
        : base(device, 1, "Arenas", s_tensors)
    {
        Random random = new(1);
        device.Upload<float>([.. Enumerable.Range(0, Count).Select(_ => random.NextSingle() - 0.5f)], GradientMemory);
    }

    /// <summary>Weights of all tensors; each is a multiple of what tensors are padded to.</summary>
    public static int Count { get; } = s_tensors.Sum(static tensor => tensor.Shape.Count);
}
