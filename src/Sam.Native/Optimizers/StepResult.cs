namespace Sam.Native;

/// <summary>What a step saw.</summary>
public readonly record struct StepResult
{
    /// <summary>Loss at the weights the step started from.</summary>
    public float Loss { get; init; }

    /// <summary>Loss at the perturbed weights; the same as <see cref="Loss"/> without a perturbation, NaN where a step was skipped before its second pass.</summary>
    public float PerturbedLoss { get; init; }

    /// <summary>How much the loss rises to the perturbed weights: <see cref="PerturbedLoss"/> - <see cref="Loss"/>.</summary>
    public float Sharpness => PerturbedLoss - Loss;

    /// <summary>Euclidean norm of the first gradient over all parameters, without weight decay.</summary>
    public float GradientNorm { get; init; }

    /// <summary>Euclidean norm of the second gradient, with which the base optimizer updates.</summary>
    public float PerturbedGradientNorm { get; init; }

    /// <summary>Norm of the perturbation: rho, or 0 for a zero gradient or no perturbation.</summary>
    public float PerturbationNorm { get; init; }

    /// <summary>Whether the step left weights and optimizer as they were, because a gradient was not finite or the second one was missing.</summary>
    public bool Skipped { get; init; }
}
