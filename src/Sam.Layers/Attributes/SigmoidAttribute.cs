namespace Sam.Layers;

/// <summary>Applies, element by element, y = 1 / (1 + exp(-x)).</summary>
public sealed class SigmoidAttribute : ModelLayerAttribute;
