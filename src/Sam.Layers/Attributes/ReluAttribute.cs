namespace Sam.Layers;

/// <summary>Applies, element by element, y = max(x, 0). After a linear layer or a convolution it is computed together with it.</summary>
public sealed class ReluAttribute : ModelLayerAttribute;
