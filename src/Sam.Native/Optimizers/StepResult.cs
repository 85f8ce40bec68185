namespace Sam.Native;

/// <summary>What a step saw.</summary>
/// <remarks>On a CUDA device a step returns before the device is done with it: the first property that is read waits for it, and a result that is never
/// asked for costs no wait. The results of the last 1024 steps of an optimizer can be read, until it is disposed.</remarks>
public readonly struct StepResult : IEquatable<StepResult>
{
    private readonly StepValues _values;
    private readonly StepResults? _source;
    private readonly long _ticket;

    internal StepResult(StepValues values) => _values = values;

    internal StepResult(StepResults source, long ticket)
    {
        _source = source;
        _ticket = ticket;
    }

    /// <summary>Loss at the weights the step started from. Where a step takes its one gradient at perturbed weights (MSAM), the loss
    /// there.</summary>
    /// <exception cref="InvalidOperationException">On a CUDA device: more than 1024 steps were made since.</exception>
    /// <exception cref="Sam.Native.Cuda.CudaException">On a CUDA device: the device reports a fault instead.</exception>
    /// <exception cref="ObjectDisposedException">On a CUDA device: the optimizer was disposed.</exception>
    public float Loss => Values.Loss;

    /// <summary>Loss at the perturbed weights; the same as <see cref="Loss"/> without a perturbation, NaN where a step was skipped before
    /// its second pass. Throws as <see cref="Loss"/> does.</summary>
    public float PerturbedLoss => Values.PerturbedLoss;

    /// <summary>How much the loss rises to the perturbed weights: <see cref="PerturbedLoss"/> - <see cref="Loss"/>. Throws as
    /// <see cref="Loss"/> does.</summary>
    public float Sharpness => PerturbedLoss - Loss;

    /// <summary>Euclidean norm of the first gradient over all parameters, without weight decay; in a step of one gradient that of the gradient that
    /// counts. Throws as <see cref="Loss"/> does.</summary>
    public float GradientNorm => Values.GradientNorm;

    /// <summary>Euclidean norm of the second gradient, with which the base optimizer updates. Throws as <see cref="Loss"/> does.</summary>
    public float PerturbedGradientNorm => Values.PerturbedGradientNorm;

    /// <summary>What the perturbation was scaled by: |T d|_q of the direction d, with 1/p + 1/q = 1; the gradient's norm for plain SAM, NaN
    /// without a
    /// perturbation. Throws as <see cref="Loss"/> does.</summary>
    public float DirectionNorm => Values.DirectionNorm;

    /// <summary>Norm |T^-1 eps|_p of the perturbation: rho, or 0 for a zero direction or no perturbation. Parameter groups have their own
    /// factors, several
    /// ascent steps and a random subset of the tensors their own lengths. Throws as <see cref="Loss"/> does.</summary>
    public float PerturbationNorm => Values.PerturbationNorm;

    /// <summary>Whether the step left weights and optimizer as they were, because a gradient was not finite or the second one was
    /// missing. Throws as <see cref="Loss"/> does.</summary>
    public bool Skipped => Values.Skipped;

    private StepValues Values => _source is null ? _values : _source.Read(_ticket);

    /// <summary>Whether two results have the same numbers.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    /// <returns>True for the same numbers.</returns>
    public static bool operator ==(StepResult left, StepResult right) => left.Equals(right);

    /// <summary>Whether two results have different numbers.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    /// <returns>True for different numbers.</returns>
    public static bool operator !=(StepResult left, StepResult right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(StepResult other) => Values.Equals(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StepResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Values.ToString();
}
