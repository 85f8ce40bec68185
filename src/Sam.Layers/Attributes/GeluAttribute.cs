namespace Sam.Layers;

/// <summary>Applies, element by element, y = x (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
public sealed class GeluAttribute : ModelLayerAttribute
{
    /// <summary>Whether to use the approximation with tanh, y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2; false unless
    /// set.</summary>
    public bool Approximate { get; set; }
}
