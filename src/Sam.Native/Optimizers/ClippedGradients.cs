namespace Sam.Native;

/// <summary>Which gradients of a step are limited.</summary>
[Flags]
public enum ClippedGradients
{
    /// <summary>The gradient at the weights, which gives the perturbation.</summary>
    First = 1,

    /// <summary>The gradient at the perturbed weights, which the base optimizer sees.</summary>
    Second = 2,

    /// <summary>Both.</summary>
    Both = First | Second,
}
