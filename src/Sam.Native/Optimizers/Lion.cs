namespace Sam.Native;

/// <summary>Lion: steps along the sign of an interpolated momentum.</summary>
/// <remarks>
/// w = (1 - learningRate weightDecay) w; w = w - learningRate sign(beta1 m + (1 - beta1) g), sign(0) = 0; m = beta2 m + (1 - beta2) g.
/// The learning rate is three to ten times smaller than AdamW's and the decay as much larger. Chen et al., NeurIPS 2023, arXiv:2302.06675.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Lion(learningRate: 1e-4f, weightDecay: 0.1f);
/// </code>
/// </example>
public sealed class Lion : BaseOptimizer, IRuleSource<LionRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 1e-4 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Lion(float learningRate = 1e-4f, float beta1 = 0.9f, float beta2 = 0.99f, float weightDecay = 0)
        : base(learningRate, weightDecay, true)
    {
        CheckDecay(beta1, nameof(beta1));
        CheckDecay(beta2, nameof(beta2));
        Beta1 = beta1;
        Beta2 = beta2;
    }

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; }

    internal override int SlotCount => 1;

    internal override int MomentumSlot => 0;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta1", Beta1)
        .Add("Beta2", Beta2);

    internal override string SlotName(int slot) => "exp_avg";

    LionRule IRuleSource<LionRule>.Rule(StepScalars scalars, long step)
    {
        return new LionRule(scalars, Beta1, Beta2);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<LionRule>(call, this, step);
    }
}
