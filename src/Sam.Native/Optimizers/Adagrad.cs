namespace Sam.Native;

/// <summary>Adagrad, as torch.optim.Adagrad defines it.</summary>
/// <remarks>
/// d = g + weightDecay w; sum = sum + d^2; w = w - learningRate / (1 + (t - 1) learningRateDecay) d / (sqrt(sum) + epsilon).
/// Duchi, Hazan, Singer, JMLR 2011.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Adagrad(learningRate: 0.01f);
/// </code>
/// </example>
public sealed class Adagrad : BaseOptimizer, IRuleSource<AdagradRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 0.01 by default.</param>
    /// <param name="learningRateDecay">Decay of the step size with the number of updates, at least 0.</param>
    /// <param name="initialAccumulator">What the sums start from, at least 0.</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adagrad(
        float learningRate = 0.01f, float learningRateDecay = 0, float initialAccumulator = 0, float epsilon = 1e-10f,
        float weightDecay = 0, bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckNotNegative(learningRateDecay, nameof(learningRateDecay));
        CheckNotNegative(initialAccumulator, nameof(initialAccumulator));
        CheckPositive(epsilon, nameof(epsilon));
        LearningRateDecay = learningRateDecay;
        InitialAccumulator = initialAccumulator;
        Epsilon = epsilon;
    }

    /// <summary>Decay of the step size with the number of updates, at least 0.</summary>
    public float LearningRateDecay { get; }

    /// <summary>What the sums start from, at least 0.</summary>
    public float InitialAccumulator { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    internal override int SlotCount => 1;

    internal override void Describe(SettingList settings) => settings
        .Add("LearningRateDecay", LearningRateDecay)
        .Add("InitialAccumulator", InitialAccumulator)
        .Add("Epsilon", Epsilon);

    internal override string SlotName(int slot) => "sum";

    AdagradRule IRuleSource<AdagradRule>.Rule(StepScalars scalars, long step)
    {
        double rate = scalars.LearningRate / (1 + ((step - 1) * (double)LearningRateDecay));
        return new AdagradRule(scalars, Epsilon, (float)rate, step == 1 ? InitialAccumulator : 0);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<AdagradRule>(call, this, step);
    }
}
