namespace Sam.Layers;

/// <summary>Applies, element by element, y = x / (1 + exp(-x)) (arXiv:1606.08415, arXiv:1702.03118).</summary>
public sealed class SiluAttribute : ModelLayerAttribute;
