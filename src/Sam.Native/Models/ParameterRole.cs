namespace Sam.Native;

/// <summary>What a parameter is to its layer; optimizers choose by it what to decay or to perturb.</summary>
public enum ParameterRole
{
    /// <summary>The matrix or kernel of a product.</summary>
    Weight,

    /// <summary>An offset added after a product.</summary>
    Bias,

    /// <summary>The scale (gamma) of a normalisation layer.</summary>
    NormalizationScale,

    /// <summary>The shift (beta) of a normalisation layer.</summary>
    NormalizationShift,
}
