namespace Sam.Layers;

/// <summary>Makes one dimension of all: (C, H, W) becomes (C H W) in the same order. It moves nothing.</summary>
public sealed class FlattenAttribute : ModelLayerAttribute;
