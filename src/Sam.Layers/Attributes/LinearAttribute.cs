namespace Sam.Layers;

/// <summary>A linear layer: y[o] = sum_i w[o, i] x[i] + b[o]. The input has one dimension; put <see cref="FlattenAttribute"/> in front of
/// it otherwise.</summary>
/// <param name="name">Name of the layer: its parameters are NAME.weight (features, inputs) and NAME.bias (features), its property is the
/// name in Pascal case.</param>
/// <param name="features">Outputs, at least 1.</param>
/// <remarks>Weights and biases start uniform in [-1 / sqrt(inputs), 1 / sqrt(inputs)], torch's default. A following ReLU is computed
/// together with it.</remarks>
public sealed class LinearAttribute(string name, int features) : ModelLayerAttribute
{
    /// <summary>Name of the layer.</summary>
    public string Name { get; } = name;

    /// <summary>Outputs.</summary>
    public int Features { get; } = features;

    /// <summary>Whether the layer adds a bias; true unless set.</summary>
    public bool Bias { get; set; } = true;
}
