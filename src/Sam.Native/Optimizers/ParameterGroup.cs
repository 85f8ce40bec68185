using System.IO.Enumeration;

namespace Sam.Native;

/// <summary>Settings for a part of a model's parameters. The first group of the options that selects a parameter has it; the rest follow
/// the optimizer.</summary>
/// <remarks>Groups are resolved once, when the optimizer is made, into contiguous ranges of the arenas; a step takes no more launches for
/// them. Frozen
/// parameters are in no range: no pass reads them, they are in no norm, and they never change.</remarks>
/// <example>
/// <code>
/// var options = new SamOptions { Groups = [ParameterGroup.Named("conv1.*") with { IsFrozen = true }, ParameterGroup.NoDecay()] };
/// </code>
/// </example>
public sealed record ParameterGroup
{
    private readonly float _learningRateFactor = 1;
    private readonly float _rhoFactor = 1;
    private readonly float? _weightDecay;

    private ParameterGroup(string name, Predicate<Parameter> selects)
    {
        Name = name;
        Selects = selects;
    }

    /// <summary>What the group is called in messages: the pattern, where it was made from one.</summary>
    public string Name { get; init; }

    /// <summary>Whether a parameter belongs to the group.</summary>
    public Predicate<Parameter> Selects { get; }

    /// <summary>Times the optimizer's learning rate; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float LearningRateFactor
    {
        get => _learningRateFactor;
        init => _learningRateFactor = Check(value, nameof(LearningRateFactor));
    }

    /// <summary>Times the perturbation's rho; at least 0. The norm is common to all groups.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float RhoFactor
    {
        get => _rhoFactor;
        init => _rhoFactor = Check(value, nameof(RhoFactor));
    }

    /// <summary>Weight decay instead of the optimizer's; null follows it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float? WeightDecay
    {
        get => _weightDecay;
        init => _weightDecay = value is float decay ? Check(decay, nameof(WeightDecay)) : null;
    }

    /// <summary>Whether the element-wise scaling of ASAM applies; null follows the perturbation. Eta is the perturbation's.</summary>
    public bool? IsAdaptive { get; init; }

    /// <summary>Whether the parameters are moved before the second gradient. Others are in no norm of the perturbation and are not
    /// saved.</summary>
    public bool IsPerturbed { get; init; } = true;

    /// <summary>Whether the parameters stay as they are. Their gradients are not computed and stay zero.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>A group of parameters that a function selects.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="selects">Whether a parameter belongs to it.</param>
    /// <returns>The group, to be given settings with a <c>with</c> expression.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ParameterGroup Where(string name, Predicate<Parameter> selects)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(selects);
        return new ParameterGroup(name, selects);
    }

    /// <summary>A group of parameters whose name fits a pattern.</summary>
    /// <param name="pattern">The name, where * stands for any characters and ? for any one, such as "layer1.*" or "*.bias".</param>
    /// <returns>The group, to be given settings with a <c>with</c> expression.</returns>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    public static ParameterGroup Named(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new ParameterGroup(pattern, parameter => FileSystemName.MatchesSimpleExpression(pattern, parameter.Name, ignoreCase: false));
    }

    /// <summary>Biases and the scales and shifts of normalization layers, without weight decay.</summary>
    /// <returns>The group.</returns>
    public static ParameterGroup NoDecay() =>
        new("biases and normalization", static parameter => parameter.Role != ParameterRole.Weight) { WeightDecay = 0 };

    private static float Check(float value, string name) => value >= 0 && float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} of a parameter group is at least 0 and finite.");
}
