namespace Sam.Layers;

/// <summary>Layer normalisation (Ba, Kiros, Hinton, arXiv:1607.06450): the last dimensions of each example are normalised by their own
/// mean and biased variance, then
/// scaled and shifted element by element.</summary>
/// <param name="name">Name of the layer.</param>
/// <remarks>Parameters are NAME.weight and NAME.bias, of the normalised dimensions' shape, starting at 1 and 0.</remarks>
public sealed class LayerNormAttribute(string name) : ModelLayerAttribute
{
    /// <summary>Name of the layer.</summary>
    public string Name { get; } = name;

    /// <summary>Number of last dimensions that are normalised together, at least 1; 1 unless set.</summary>
    public int Dimensions { get; set; } = 1;

    /// <summary>Added to the variance, greater than 0; 1e-5 unless set.</summary>
    public float Epsilon { get; set; } = 1e-5f;

    /// <summary>Whether there is a weight; true unless set.</summary>
    public bool Affine { get; set; } = true;

    /// <summary>Whether there is a bias besides the weight; true unless set.</summary>
    public bool Bias { get; set; } = true;
}
