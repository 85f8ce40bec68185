using Sam.Native;

namespace Sam.Bench;

/// <summary>A model that is nothing but weights: its passes launch nothing, so what a step of it does, it does over the arenas.</summary>
/// <param name="device">Where it lives.</param>
/// <param name="seed">Key of its weights.</param>
/// <param name="name">Its name.</param>
/// <param name="tensors">Names, shapes and roles; each a multiple of what tensors are padded to.</param>
internal abstract class WeightsModel(
    Device device, ulong seed, string name, IEnumerable<(string Name, Shape Shape, ParameterRole Role)> tensors)
    : Model(device, 1, seed, Describe(name, tensors))
{
    protected override void ForwardCore(in PassContext pass)
    {
    }

    protected override void BackwardCore(in PassContext pass)
    {
    }

    private static ModelLayout Describe(string name, IEnumerable<(string Name, Shape Shape, ParameterRole Role)> tensors)
    {
        List<ParameterInfo> parameters = [];
        int offset = 0;
        foreach ((string tensor, Shape shape, ParameterRole role) in tensors)
        {
            parameters.Add(new ParameterInfo(tensor, shape, offset, role, Initializer.KaimingUniform(100)));
            offset += shape.Count;
        }

        return new ModelLayout
        {
            Name = name,
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
