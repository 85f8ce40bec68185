namespace Sam.Native;

/// <summary>Stochastic gradient descent with momentum, as torch.optim.SGD defines it.</summary>
/// <remarks>
/// d = g + weightDecay w; buf = d in the first update, later momentum buf + (1 - dampening) d; w = w - learningRate d', where d' is d
/// without momentum,
/// buf with it, and d + momentum buf with Nesterov's (Sutskever, Martens, Dahl, Hinton, ICML 2013). The decay uses the weights before the
/// perturbation. One pass over memory, together with SAM's restore.
/// </remarks>
/// <example>
/// <code>
/// var sgd = new Sgd(learningRate: 0.1f, momentum: 0.9f, weightDecay: 5e-4f);
/// </code>
/// </example>
public sealed class Sgd : BaseOptimizer, IRuleSource<SgdRule>, IRuleSource<SgdMomentumRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0.</param>
    /// <param name="momentum">Share of the buffer that is kept, at least 0, usually 0.9; 0 keeps no buffer.</param>
    /// <param name="dampening">Share of the gradient that does not enter the buffer, usually 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="nesterov">Whether to look ahead; needs a momentum above 0 and no dampening.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient (SGDW); see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum or with dampening.</exception>
    public Sgd(
        float learningRate, float momentum = 0, float dampening = 0, float weightDecay = 0, bool nesterov = false, bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckNotNegative(momentum, nameof(momentum));
        if (!float.IsFinite(dampening))
        {
            throw new ArgumentOutOfRangeException(nameof(dampening), dampening, "dampening is finite.");
        }

        if (nesterov && (momentum <= 0 || dampening != 0))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Nesterov's momentum needs a momentum above 0 and a dampening of 0; they are {momentum} and {dampening}."), nameof(nesterov));
        }

        Momentum = momentum;
        Dampening = dampening;
        Nesterov = nesterov;
    }

    /// <summary>Share of the buffer that is kept.</summary>
    public float Momentum { get; }

    /// <summary>Share of the gradient that does not enter the buffer.</summary>
    public float Dampening { get; }

    /// <summary>Whether the update looks ahead.</summary>
    public bool Nesterov { get; }

    internal override int SlotCount => Momentum > 0 ? 1 : 0;

    internal override int MomentumSlot => Momentum > 0 ? 0 : -1;

    internal override void Describe(SettingList settings) => settings
        .Add("Momentum", Momentum)
        .Add("Dampening", Dampening)
        .Add("Nesterov", Nesterov);

    internal override string SlotName(int slot) => "momentum_buffer";

    SgdRule IRuleSource<SgdRule>.Rule(StepScalars scalars, long step) => new(scalars);

    SgdMomentumRule IRuleSource<SgdMomentumRule>.Rule(StepScalars scalars, long step) =>
        new(scalars, Momentum, 1 - Dampening, Nesterov ? 1 : 0, step == 1 ? 1 : 0);

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        if (Momentum > 0)
        {
            Run<SgdMomentumRule>(call, this, step);
        }
        else
        {
            Run<SgdRule>(call, this, step);
        }
    }
}
