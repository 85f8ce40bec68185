namespace Sam.Native;

/// <summary>Adam with the maximum norm, as torch.optim.Adamax defines it.</summary>
/// <remarks>
/// d and m as in <see cref="Adam"/>; u = max(beta2 u, |d| + epsilon); w = w - learningRate / (1 - beta1^t) m / u.
/// Kingma and Ba, ICLR 2015, arXiv:1412.6980, section 7.1.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Adamax(learningRate: 2e-3f);
/// </code>
/// </example>
public sealed class Adamax : BaseOptimizer, IRuleSource<AdamaxRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 2e-3 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adamax(
        float learningRate = 2e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0,
        bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckDecay(beta1, nameof(beta1));
        CheckDecay(beta2, nameof(beta2));
        CheckPositive(epsilon, nameof(epsilon));
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
    }

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    internal override int SlotCount => 2;

    internal override int MomentumSlot => 0;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta1", Beta1)
        .Add("Beta2", Beta2)
        .Add("Epsilon", Epsilon);

    internal override string SlotName(int slot) => slot switch { 0 => "exp_avg", _ => "exp_inf" };

    AdamaxRule IRuleSource<AdamaxRule>.Rule(StepScalars scalars, long step)
    {
        double first = 1 - PortableMath.Power(Beta1, step);
        return new AdamaxRule(scalars, Beta1, Beta2, Epsilon, (float)(scalars.LearningRate / first));
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<AdamaxRule>(call, this, step);
    }
}
