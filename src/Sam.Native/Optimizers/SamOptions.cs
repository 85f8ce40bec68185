namespace Sam.Native;

/// <summary>Everything about a SAM step beside the base optimizer and the perturbation. Immutable; the defaults are plain SAM.</summary>
/// <example>
/// <code>
/// var options = new SamOptions
/// {
///     Combination = Combination.Gsam(alpha: 0.4f),
///     Groups = [ParameterGroup.NoDecay()],
///     LearningRate = Schedule.Cosine(0.1f, 0, steps: 10_000).WithWarmup(500),
///     Clipping = GradientClipping.ByNorm(1),
/// };
/// using var sam = new SamOptimizer(model, new AdamW(1e-3f), Perturbation.Sam(0.05f), options);
/// </code>
/// </example>
public sealed record SamOptions
{
    private const string None = "none";

    private readonly int _interval = 1;
    private readonly int _microBatch;
    private readonly float _lossDecay;

    /// <summary>The defaults.</summary>
    public static SamOptions Default { get; } = new();

    /// <summary>What is done with the two gradients.</summary>
    public Combination Combination { get; init; } = Combination.Plain;

    /// <summary>Every how many steps the weights are perturbed; the steps between are the base optimizer's. 1 perturbs in each.</summary>
    /// <remarks>Counts updates, from 0: the first step and then every so many are SAM steps; a skipped step is made again as what it was.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Interval
    {
        get => _interval;
        init => _interval = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Interval), value, "SAM steps are made every so many steps, at least 1.");
    }

    /// <summary>Examples of a micro-batch: a step's batch is cut into pieces of so many examples in order; 0 does not cut. The step's batch
    /// may then be
    /// larger than the model's batch size, a micro-batch not.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int MicroBatch
    {
        get => _microBatch;
        init => _microBatch = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatch), value,
            "A micro-batch has at least 1 example; 0 does not cut the batch.");
    }

    /// <summary>What micro-batches are for: false, gradient accumulation: the gradients of all pieces make one perturbation, which saves
    /// memory.
    /// True, m-sharpness: each piece is perturbed by its own gradient, from the same weights, and the second gradients are
    /// averaged.</summary>
    /// <remarks>m-sharpness: Foret et al., arXiv:2010.01412, section 4.1; Andriushchenko and Flammarion, ICML 2022, arXiv:2206.06232. Batch
    /// normalization
    /// normalizes each piece by its own statistics, and its running statistics move once for each piece, in the pieces' clean
    /// passes.</remarks>
    public bool PerturbsEachMicroBatch { get; init; }

    /// <summary>Parameter groups; the first that selects a parameter has it.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>Schedule of the learning rate, by the number of updates made; null keeps what <see cref="BaseOptimizer.LearningRate"/>
    /// says.</summary>
    public Schedule? LearningRate { get; init; }

    /// <summary>Schedule of rho, by the number of updates made; null keeps what <see cref="SamOptimizer.Rho"/> says.</summary>
    public Schedule? Rho { get; init; }

    /// <summary>Limits gradients; null does not.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>Keeps an average of the weights; null does not.</summary>
    public WeightAveraging? Averaging { get; init; }

    /// <summary>Scales losses for reduced precision; null does not.</summary>
    public LossScaling? LossScaling { get; init; }

    /// <summary>lambda of weight decay in the loss, at least 0: the objective is L(w) + lambda ||w||^2 as in SAM's paper, so that the
    /// perturbation sees the
    /// decay and the second gradient takes it at the perturbed weights. 0 leaves it to the base optimizer, as PyTorch ports do.</summary>
    /// <remarks>Reported losses include it, once, however the batch is cut: m-sharpness gives each micro-batch its examples' share of it where the loss is
    /// a sum, and all of it where it is a mean. Frozen parameters are not in it. Costs a pass over the weights and gradients
    /// after the backward passes of a perturbation.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float LossDecay
    {
        get => _lossDecay;
        init => _lossDecay = value >= 0 && float.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(LossDecay), value, "lambda of the decay in the loss is at least 0 and finite.");
    }

    /// <summary>Adds every setting but groups and combination, for checkpoints.</summary>
    internal void Describe(SettingList settings)
    {
        settings
            .Add(nameof(Interval), Interval)
            .Add(nameof(MicroBatch), MicroBatch)
            .Add(nameof(PerturbsEachMicroBatch), PerturbsEachMicroBatch)
            .Add(nameof(LearningRate), LearningRate?.Describe() ?? None)
            .Add(nameof(Rho), Rho?.Describe() ?? None)
            .Add(nameof(LossDecay), LossDecay);
        settings.Add(nameof(Clipping), Clipping is { } clipping
            ? FormattableString.Invariant($"{clipping.Limit} by {(clipping.IsByNorm ? "norm" : "value")}, {clipping.Which}")
            : None);
        settings.Add(nameof(Averaging), Averaging is { } averaging
            ? FormattableString.Invariant($"decay {averaging.Decay}, start {averaging.Start}, interval {averaging.Interval}")
            : None);
        settings.Add(nameof(LossScaling), LossScaling is { } scaling
            ? FormattableString.Invariant($"initial scale {scaling.InitialScale}, factor {scaling.Factor}, growth interval {scaling.GrowthInterval}")
            : None);
    }
}
