namespace Sam.Native;

/// <summary>RMSprop, as torch.optim.RMSprop defines it.</summary>
/// <remarks>
/// d = g + weightDecay w; v = alpha v + (1 - alpha) d^2; root = sqrt(v) + epsilon, or sqrt(v - mean^2) + epsilon where centered, with
/// mean = alpha mean + (1 - alpha) d; step = d / root; with momentum buf = momentum buf + step and step = buf; w = w - learningRate step.
/// Tieleman and Hinton, Coursera lecture 6.5, 2012; centered: Graves, arXiv:1308.0850.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Rmsprop(learningRate: 1e-3f, momentum: 0.9f);
/// </code>
/// </example>
public sealed class Rmsprop : BaseOptimizer, IRuleSource<RmspropRule>, IRuleSource<RmspropFullRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 0.01 by default.</param>
    /// <param name="alpha">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="momentum">Share of the buffer that is kept, at least 0; 0 keeps no buffer.</param>
    /// <param name="centered">Whether the squared mean is subtracted; one more arena.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Rmsprop(
        float learningRate = 0.01f, float alpha = 0.99f, float epsilon = 1e-8f, float momentum = 0, bool centered = false,
        float weightDecay = 0, bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckDecay(alpha, nameof(alpha));
        CheckPositive(epsilon, nameof(epsilon));
        CheckNotNegative(momentum, nameof(momentum));
        Alpha = alpha;
        Epsilon = epsilon;
        Momentum = momentum;
        Centered = centered;
    }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Alpha { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    /// <summary>Share of the buffer that is kept, at least 0; 0 keeps no buffer.</summary>
    public float Momentum { get; }

    /// <summary>Whether the squared mean is subtracted; one more arena.</summary>
    public bool Centered { get; }

    private bool IsFull => Centered || Momentum > 0;

    internal override int SlotCount => IsFull ? 3 : 1;

    internal override int MomentumSlot => Momentum > 0 ? 0 : -1;

    internal override bool UsesSlot(int slot) => !IsFull || slot == 1 || (slot == 0 ? Momentum > 0 : Centered);

    internal override void Describe(SettingList settings) => settings
        .Add("Alpha", Alpha)
        .Add("Epsilon", Epsilon)
        .Add("Momentum", Momentum)
        .Add("Centered", Centered);

    internal override string SlotName(int slot) => !IsFull || slot == 1 ? "square_avg" : slot == 0 ? "momentum_buffer" : "grad_avg";

    RmspropRule IRuleSource<RmspropRule>.Rule(StepScalars scalars, long step)
    {
        return new RmspropRule(scalars, Alpha, Epsilon);
    }

    RmspropFullRule IRuleSource<RmspropFullRule>.Rule(StepScalars scalars, long step)
    {
        return new RmspropFullRule(scalars, Alpha, Epsilon, Momentum, Centered ? 1 : 0);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        if (IsFull)
        {
            Run<RmspropFullRule>(call, this, step);
        }
        else
        {
            Run<RmspropRule>(call, this, step);
        }
    }
}
