namespace Sam.Native;

/// <summary>What is done with the gradients of both passes of a step, g at the weights and h at the perturbed weights. Immutable.</summary>
/// <example>
/// <code>
/// var options = new SamOptions { Combination = Combination.Gsam(alpha: 0.4f) };
/// </code>
/// </example>
public sealed record Combination
{
    private Combination(CombinationKind kind) => Kind = kind;

    /// <summary>The base optimizer takes h, as in SAM.</summary>
    public static Combination Plain { get; } = new(CombinationKind.Plain);

    /// <summary>Which one this is.</summary>
    public CombinationKind Kind { get; }

    /// <summary>alpha of GSAM and LookSAM, gamma / (1 - gamma) of WSAM.</summary>
    public float Alpha { get; private init; }

    /// <summary>GSAM: whether the perturbed loss is minimized (the paper) or the loss itself.</summary>
    public bool MinimizesPerturbedLoss { get; private init; } = true;

    /// <summary>WSAM: whether the sharpness term bypasses the base optimizer.</summary>
    public bool IsDecoupled { get; private init; }

    /// <summary>LookSAM: every how many steps the second gradient is taken; 1 for the others.</summary>
    public int Interval { get; private init; } = 1;

    /// <summary>LookSAM: whether projection and scale are of each tensor instead of the whole vector.</summary>
    public bool IsByTensor { get; private init; }

    /// <summary>Whether the first gradient must outlive the second pass.</summary>
    internal bool NeedsFirst => Kind != CombinationKind.Plain;

    /// <summary>Whether, with m-sharpness, the means of both gradients are combined, rather than each micro-batch's own two.</summary>
    internal bool NeedsBothMeans => Kind is CombinationKind.Weighted or CombinationKind.Look;

    /// <summary>GSAM: descends along h without the part of g that is orthogonal to it, d = h - alpha (g - (g.h / h.h) h).</summary>
    /// <param name="alpha">Weight of the surrogate gap, at least 0; the paper uses 0.01 for ResNets and 0.4 to 1 for transformers. 0 is
    /// SAM.</param>
    /// <param name="minimizesPerturbedLoss">False takes d = g + alpha (h - (g.h / g.g) g) instead, which big_vision found to have fewer
    /// loss spikes.</param>
    /// <returns>The combination.</returns>
    /// <exception cref="ArgumentOutOfRangeException">alpha is negative or not finite.</exception>
    /// <remarks>Products are over all parameters, also with adaptive perturbations: <see cref="Perturbation.Proportional"/> is the paper's adaptive form,
    /// <see cref="Perturbation.Asam"/> that of the authors' PyTorch code. The paper ties rho to the learning rate:
    /// <see cref="Schedule.ProportionalToLearningRate"/>. Zhuang et al., ICLR 2022, arXiv:2203.08065, algorithm 1.</remarks>
    public static Combination Gsam(float alpha = 0.4f, bool minimizesPerturbedLoss = true)
    {
        if (!(alpha >= 0) || !float.IsFinite(alpha))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha,
                "alpha weighs the surrogate gap, at least 0 and finite; the paper uses 0.005 to 1.");
        }

        return new Combination(CombinationKind.Gap) { Alpha = alpha, MinimizesPerturbedLoss = minimizesPerturbedLoss };
    }

    /// <summary>WSAM: weighs the sharpness h - g with a = gamma / (1 - gamma).</summary>
    /// <param name="gamma">In [0, 1); the paper finds 0.8 to 0.95 best. 0.5, coupled, is SAM; 0 is the base optimizer.</param>
    /// <param name="decoupled">True, the paper's form: the base optimizer takes g, then w -= learningRate a (h - g), whatever the base
    /// optimizer is.
    /// False: it takes a h + (1 - a) g.</param>
    /// <returns>The combination.</returns>
    /// <exception cref="ArgumentOutOfRangeException">gamma is outside [0, 1).</exception>
    /// <remarks>Yue, Jiang, Ye, Gao, Liu, Zhang, KDD 2023, arXiv:2305.15817, algorithm 1.</remarks>
    public static Combination Wsam(float gamma = 0.9f, bool decoupled = true)
    {
        if (!(gamma >= 0 && gamma < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma,
                "gamma weighs the sharpness, in [0, 1); the paper finds 0.8 to 0.95 best.");
        }

        return new Combination(CombinationKind.Weighted) { Alpha = (float)(gamma / (1.0 - gamma)), IsDecoupled = decoupled };
    }

    /// <summary>LookSAM: takes the second gradient every few steps and keeps v, its part orthogonal to g; the steps between take one
    /// gradient and descend along
    /// g + alpha (||g|| / ||v||) v.</summary>
    /// <param name="interval">k, at least 1: a step whose number is a multiple of k is a SAM step; the paper uses 5.</param>
    /// <param name="alpha">Weight of the kept part, at least 0; 0.7 for vision transformers, about 0.1 for ResNets.</param>
    /// <param name="byTensor">False, as in the paper: v = h - (g.h / g.g) g and the norms over the whole vector. True: of each tensor on
    /// its own, as
    /// published codes do.</param>
    /// <returns>The combination.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>One more arena. Liu, Mai, Chen, Hsieh, You, CVPR 2022, arXiv:2203.02714, algorithm 1.</remarks>
    public static Combination LookSam(int interval = 5, float alpha = 0.7f, bool byTensor = false)
    {
        if (interval < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(interval), interval,
                "The second gradient is taken every k-th step, k at least 1; the paper uses 5.");
        }

        if (!(alpha >= 0) || !float.IsFinite(alpha))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha,
                "alpha weighs the kept part, at least 0 and finite; the paper uses 0.7.");
        }

        return new Combination(CombinationKind.Look) { Alpha = alpha, Interval = interval, IsByTensor = byTensor };
    }

    /// <summary>Adds every setting, for checkpoints.</summary>
    internal void Describe(SettingList settings) => settings
        .Add(nameof(Kind), Kind)
        .Add(nameof(Alpha), Alpha)
        .Add(nameof(MinimizesPerturbedLoss), MinimizesPerturbedLoss)
        .Add(nameof(IsDecoupled), IsDecoupled)
        .Add(nameof(Interval), Interval)
        .Add(nameof(IsByTensor), IsByTensor);
}
