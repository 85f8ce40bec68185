namespace Sam.Layers;

/// <summary>Group normalisation (Wu and He, ECCV 2018, arXiv:1803.08494): groups of neighbouring channels of each example are normalised
/// by their own mean and biased
/// variance, then scaled and shifted channel by channel.</summary>
/// <param name="name">Name of the layer.</param>
/// <param name="groups">Number of groups, which divides the channels, at least 1.</param>
/// <remarks>Parameters are NAME.weight and NAME.bias (channels), starting at 1 and 0. As many groups as channels is instance
/// normalisation.</remarks>
public sealed class GroupNormAttribute(string name, int groups) : ModelLayerAttribute
{
    /// <summary>Name of the layer.</summary>
    public string Name { get; } = name;

    /// <summary>Number of groups.</summary>
    public int Groups { get; } = groups;

    /// <summary>Added to the variance, greater than 0; 1e-5 unless set.</summary>
    public float Epsilon { get; set; } = 1e-5f;

    /// <summary>Whether there are weight and bias; true unless set.</summary>
    public bool Affine { get; set; } = true;
}
