namespace Sam.Native;

/// <summary>Adam with Nesterov momentum, as torch.optim.NAdam defines it.</summary>
/// <remarks>
/// d, m and v as in <see cref="Adam"/>; mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2);
/// w = w - learningRate ((1 - mu_t) d / (1 - mu_1 ... mu_t) + mu_(t+1) m / (1 - mu_1 ... mu_(t+1))) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// Dozat, ICLR 2016 workshop.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new NAdam(learningRate: 2e-3f);
/// </code>
/// </example>
public sealed class NAdam : BaseOptimizer, IRuleSource<NAdamRule>
{
    private long _productStep;
    private double _product = 1;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 2e-3 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="momentumDecay">Speed of the momentum warm-up, at least 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public NAdam(
        float learningRate = 2e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float momentumDecay = 4e-3f,
        float weightDecay = 0, bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckDecay(beta1, nameof(beta1));
        CheckDecay(beta2, nameof(beta2));
        CheckPositive(epsilon, nameof(epsilon));
        CheckNotNegative(momentumDecay, nameof(momentumDecay));
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        MomentumDecay = momentumDecay;
    }

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    /// <summary>Speed of the momentum warm-up, at least 0.</summary>
    public float MomentumDecay { get; }

    private double Momentum(long step) => Beta1 * (1 - (0.5 * PortableMath.Exp(step * (double)MomentumDecay * PortableMath.Log(0.96))));

    // mu_1 ... mu_t: carried from step to step, made anew after a checkpoint was loaded.
    private double Product(long step)
    {
        if (step < _productStep)
        {
            _productStep = 0;
            _product = 1;
        }

        while (_productStep < step)
        {
            _productStep++;
            _product *= Momentum(_productStep);
        }

        return _product;
    }

    internal override int SlotCount => 2;

    internal override int MomentumSlot => 0;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta1", Beta1)
        .Add("Beta2", Beta2)
        .Add("Epsilon", Epsilon)
        .Add("MomentumDecay", MomentumDecay);

    internal override string SlotName(int slot) => slot switch { 0 => "exp_avg", _ => "exp_avg_sq" };

    NAdamRule IRuleSource<NAdamRule>.Rule(StepScalars scalars, long step)
    {
        double now = Momentum(step);
        double next = Momentum(step + 1);
        double product = Product(step);
        double second = 1 - PortableMath.Power(Beta2, step);
        double rate = scalars.LearningRate;
        return new NAdamRule(
            scalars, Beta1, Beta2, Epsilon, (float)(rate * (1 - now) / (1 - product)), (float)(rate * next / (1 - (product * next))),
                (float)(1 / Math.Sqrt(second)));
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<NAdamRule>(call, this, step);
    }
}
