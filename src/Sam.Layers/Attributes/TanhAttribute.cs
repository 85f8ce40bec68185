namespace Sam.Layers;

/// <summary>Applies, element by element, y = tanh(x).</summary>
public sealed class TanhAttribute : ModelLayerAttribute;
