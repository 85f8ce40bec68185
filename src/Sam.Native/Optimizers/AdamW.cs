namespace Sam.Native;

/// <summary>Adam with decoupled weight decay, as torch.optim.AdamW defines it.</summary>
/// <remarks>
/// w = (1 - learningRate weightDecay) w first; d = g; m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2;
/// w = w - learningRate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon). With amsgrad the largest v so far stands under the
/// root (Reddi,
/// Kale, Kumar, ICLR 2018, arXiv:1904.09237). Loshchilov and Hutter, ICLR 2019, arXiv:1711.05101.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new AdamW(learningRate: 1e-3f, weightDecay: 0.05f);
/// </code>
/// </example>
public sealed class AdamW : BaseOptimizer, IRuleSource<AdamRule>, IRuleSource<AmsgradRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 1e-3 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="amsgrad">Whether the largest second moment so far is used; one more arena.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdamW(
        float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, bool amsgrad = false,
        float weightDecay = 0.01f)
        : base(learningRate, weightDecay, true)
    {
        CheckDecay(beta1, nameof(beta1));
        CheckDecay(beta2, nameof(beta2));
        CheckPositive(epsilon, nameof(epsilon));
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        Amsgrad = amsgrad;
    }

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    /// <summary>Whether the largest second moment so far is used; one more arena.</summary>
    public bool Amsgrad { get; }

    internal override int SlotCount => Amsgrad ? 3 : 2;

    internal override int MomentumSlot => 0;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta1", Beta1)
        .Add("Beta2", Beta2)
        .Add("Epsilon", Epsilon)
        .Add("Amsgrad", Amsgrad);

    internal override string SlotName(int slot) => slot switch { 0 => "exp_avg", 1 => "exp_avg_sq", _ => "max_exp_avg_sq" };

    AdamRule IRuleSource<AdamRule>.Rule(StepScalars scalars, long step)
    {
        double first = 1 - PortableMath.Power(Beta1, step);
        double second = 1 - PortableMath.Power(Beta2, step);
        return new AdamRule(scalars, Beta1, Beta2, Epsilon, (float)(scalars.LearningRate / first), (float)(1 / Math.Sqrt(second)));
    }

    AmsgradRule IRuleSource<AmsgradRule>.Rule(StepScalars scalars, long step)
    {
        double first = 1 - PortableMath.Power(Beta1, step);
        double second = 1 - PortableMath.Power(Beta2, step);
        return new AmsgradRule(scalars, Beta1, Beta2, Epsilon, (float)(scalars.LearningRate / first), (float)(1 / Math.Sqrt(second)));
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        if (Amsgrad)
        {
            Run<AmsgradRule>(call, this, step);
        }
        else
        {
            Run<AdamRule>(call, this, step);
        }
    }
}
