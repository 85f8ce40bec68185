namespace Sam.Layers;

/// <summary>In training sets each element to zero with probability p and divides the others by 1 - p (Srivastava et al., JMLR 2014); in
/// evaluation it does nothing.</summary>
/// <param name="probability">p in [0, 1).</param>
/// <remarks>What is dropped is a function of the model's seed, its step number, the layer and the element: both passes of a SAM step drop
/// the same.</remarks>
public sealed class DropoutAttribute(float probability) : ModelLayerAttribute
{
    /// <summary>The share that is dropped.</summary>
    public float Probability { get; } = probability;
}
