namespace Sam.Native;

/// <summary>What a step saw.</summary>
public readonly record struct StepResult
{
    /// <summary>Loss at the weights the step started from. Where a step takes its one gradient at perturbed weights (MSAM), the loss
    /// there.</summary>
    public float Loss { get; init; }

    /// <summary>Loss at the perturbed weights; the same as <see cref="Loss"/> without a perturbation, NaN where a step was skipped before
    /// its second pass.</summary>
    public float PerturbedLoss { get; init; }

    /// <summary>How much the loss rises to the perturbed weights: <see cref="PerturbedLoss"/> - <see cref="Loss"/>.</summary>
    public float Sharpness => PerturbedLoss - Loss;

    /// <summary>Euclidean norm of the first gradient over all parameters, without weight decay.</summary>
    public float GradientNorm { get; init; }

    /// <summary>Euclidean norm of the second gradient, with which the base optimizer updates.</summary>
    public float PerturbedGradientNorm { get; init; }

    /// <summary>What the perturbation was scaled by: |T d|_q of the direction d, with 1/p + 1/q = 1; the gradient's norm for plain SAM, NaN
    /// without a
    /// perturbation.</summary>
    public float DirectionNorm { get; init; }

    /// <summary>Norm |T^-1 eps|_p of the perturbation: rho, or 0 for a zero direction or no perturbation. Parameter groups have their own
    /// factors, several
    /// ascent steps and a random subset of the tensors their own lengths.</summary>
    public float PerturbationNorm { get; init; }

    /// <summary>Whether the step left weights and optimizer as they were, because a gradient was not finite or the second one was
    /// missing.</summary>
    public bool Skipped { get; init; }
}
