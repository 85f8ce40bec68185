namespace Sam.Native;

/// <summary>How the values of a parameter are drawn when a model is made.</summary>
public enum InitializerKind
{
    /// <summary>Uniform in [-b, b] with b = 1 / sqrt(fan-in), torch's default for linear and convolution layers, weights and biases alike
    /// (Kaiming uniform with a = sqrt(5): He, Zhang, Ren, Sun, ICCV 2015, arXiv:1502.01852).</summary>
    KaimingUniform,

    /// <summary>Every value the same.</summary>
    Constant,

    /// <summary>Normal with mean 0 and variance 2 / fan-out, as torchvision starts the convolutions of its residual networks
    /// (Kaiming normal, arXiv:1502.01852).</summary>
    KaimingNormal,
}

/// <summary>How the values of a parameter are drawn when a model is made, with the number the kind needs.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Value">Fan-in for <see cref="InitializerKind.KaimingUniform"/>, fan-out for <see cref="InitializerKind.KaimingNormal"/>,
/// the value itself for <see cref="InitializerKind.Constant"/>.</param>
public readonly record struct Initializer(InitializerKind Kind, float Value)
{
    /// <summary>Uniform in [-1 / sqrt(fanIn), 1 / sqrt(fanIn)].</summary>
    /// <param name="fanIn">Inputs that feed one output, at least 1.</param>
    /// <returns>The initializer.</returns>
    public static Initializer KaimingUniform(int fanIn) => new(InitializerKind.KaimingUniform, fanIn);

    /// <summary>Normal with mean 0 and variance 2 / fanOut.</summary>
    /// <param name="fanOut">Outputs that one input feeds, at least 1.</param>
    /// <returns>The initializer.</returns>
    public static Initializer KaimingNormal(int fanOut) => new(InitializerKind.KaimingNormal, fanOut);

    /// <summary>Every value the same.</summary>
    /// <param name="value">That value.</param>
    /// <returns>The initializer.</returns>
    public static Initializer Constant(float value) => new(InitializerKind.Constant, value);
}
