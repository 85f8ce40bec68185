namespace Sam.Native;

/// <summary>Activation functions, applied element by element.</summary>
public enum Activation
{
    /// <summary>y = x.</summary>
    None,

    /// <summary>y = max(x, 0); NaN stays NaN. The derivative at 0 is 0.</summary>
    Relu,

    /// <summary>y = x (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, the approximation of the same paper.</summary>
    GeluTanh,

    /// <summary>y = x / (1 + exp(-x)) (arXiv:1606.08415, arXiv:1702.03118).</summary>
    Silu,

    /// <summary>y = tanh(x).</summary>
    Tanh,

    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    Sigmoid,
}
