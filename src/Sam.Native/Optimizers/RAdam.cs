namespace Sam.Native;

/// <summary>Rectified Adam, as torch.optim.RAdam defines it.</summary>
/// <remarks>
/// d, m and v as in <see cref="Adam"/>; n = 2 / (1 - beta2) - 1; n_t = n - 2 t beta2^t / (1 - beta2^t). Where n_t is above 5:
/// w = w - learningRate m / (1 - beta1^t) r sqrt(1 - beta2^t) / (sqrt(v) + epsilon) with r^2 = (n_t - 4)(n_t - 2) n / ((n - 4)(n - 2) n_t);
/// else
/// w = w - learningRate m / (1 - beta1^t). Liu et al., ICLR 2020, arXiv:1908.03265.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new RAdam(learningRate: 1e-3f);
/// </code>
/// </example>
public sealed class RAdam : BaseOptimizer, IRuleSource<RAdamRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 1e-3 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RAdam(
        float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0,
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

    internal override string SlotName(int slot) => slot switch { 0 => "exp_avg", _ => "exp_avg_sq" };

    RAdamRule IRuleSource<RAdamRule>.Rule(StepScalars scalars, long step)
    {
        double power = PortableMath.Power(Beta2, step);
        double last = (2 / (1 - (double)Beta2)) - 1;
        double now = last - (2 * step * power / (1 - power));
        double rate = scalars.LearningRate / (1 - PortableMath.Power(Beta1, step));
        if (now <= 5)
        {
            return new RAdamRule(scalars, Beta1, Beta2, Epsilon, (float)rate, 0);
        }

        double rectification = Math.Sqrt((now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now));
        return new RAdamRule(scalars, Beta1, Beta2, Epsilon, (float)(rate * rectification * Math.Sqrt(1 - power)), 1);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<RAdamRule>(call, this, step);
    }
}
