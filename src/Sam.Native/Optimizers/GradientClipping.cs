namespace Sam.Native;

/// <summary>Limits the size of gradients. Immutable.</summary>
/// <example>
/// <code>
/// var options = new SamOptions { Clipping = GradientClipping.ByNorm(1f) };
/// </code>
/// </example>
public sealed record GradientClipping
{
    private GradientClipping(float limit, bool byNorm, ClippedGradients which)
    {
        Limit = limit > 0 && float.IsFinite(limit) ? limit
            : throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit of a gradient is above 0 and finite.");
        IsByNorm = byNorm;
        Which = which;
    }

    /// <summary>The largest norm or magnitude.</summary>
    public float Limit { get; }

    /// <summary>Whether the norm over all parameters is limited, else each element.</summary>
    public bool IsByNorm { get; }

    /// <summary>Which of a step's gradients.</summary>
    public ClippedGradients Which { get; }

    /// <summary>Scales a gradient down to a norm: g min(1, limit / (||g|| + 1e-6)), as torch.nn.utils.clip_grad_norm_ does.</summary>
    /// <param name="limit">Largest norm over all parameters, above 0.</param>
    /// <param name="which">Which of a step's gradients; the second by default, which the base optimizer sees. Scaling the first one changes
    /// nothing in a
    /// normalized perturbation; it matters to USAM, GSAM and WSAM.</param>
    /// <returns>The clipping.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0 and finite.</exception>
    /// <remarks>Costs no pass where it is the second gradient's. Both gradients of GSAM and WSAM are clipped before they are combined. A
    /// step with one
    /// gradient only counts it as the second.</remarks>
    public static GradientClipping ByNorm(float limit, ClippedGradients which = ClippedGradients.Second) => new(limit, byNorm: true, which);

    /// <summary>Limits every element of a gradient to [-limit, limit]; one that is not finite stays, so that its step is skipped.</summary>
    /// <param name="limit">Largest magnitude, above 0.</param>
    /// <param name="which">Which of a step's gradients; clipping the first one by value changes the direction of the perturbation.</param>
    /// <returns>The clipping.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0 and finite.</exception>
    public static GradientClipping ByValue(
        float limit, ClippedGradients which = ClippedGradients.Second) => new(limit, byNorm: false, which);

    internal bool AppliesTo(ClippedGradients gradient) => (Which & gradient) != 0;
}
