namespace Sam.Native;

/// <summary>Dynamic loss scaling: the backward passes run on scale times the loss, so that small gradients survive in reduced precision.
/// Immutable.</summary>
/// <remarks>
/// Gradients are divided by the scale right after each backward pass, before norms, clipping and perturbation see them; losses are reported
/// unscaled.
/// A step with a gradient that is not finite is skipped and divides the scale by the factor; so many applied steps in a row multiply it.
/// Scales are
/// powers of two where the settings are, so that in single precision scaling changes no bit that is not subnormal. Micikevicius et al.,
/// ICLR 2018,
/// arXiv:1710.03740.
/// </remarks>
/// <example>
/// <code>
/// var options = new SamOptions { LossScaling = new LossScaling { InitialScale = 65536 } };
/// </code>
/// </example>
public sealed record LossScaling
{
    private readonly float _initialScale = 65536;
    private readonly float _factor = 2;
    private readonly int _growthInterval = 2000;

    /// <summary>The scale at first, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0 and finite.</exception>
    public float InitialScale
    {
        get => _initialScale;
        init => _initialScale = value > 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(InitialScale), value, "The loss scale is above 0 and finite, usually 65536.");
    }

    /// <summary>What the scale is divided or multiplied by, above 1; 1 keeps the scale as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1 or not finite.</exception>
    public float Factor
    {
        get => _factor;
        init => _factor = value >= 1 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value,
                "The factor of the loss scale is at least 1 and finite, usually 2.");
    }

    /// <summary>Applied steps in a row after which the scale grows, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int GrowthInterval
    {
        get => _growthInterval;
        init => _growthInterval = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(GrowthInterval), value,
                "The loss scale grows after at least 1 applied step, usually 2000.");
    }
}
