namespace Sam.Native;

/// <summary>Adadelta, as torch.optim.Adadelta defines it.</summary>
/// <remarks>
/// d = g + weightDecay w; v = rho v + (1 - rho) d^2; step = d sqrt(a + epsilon) / sqrt(v + epsilon); a = rho a + (1 - rho) step^2;
/// w = w - learningRate step. Zeiler, arXiv:1212.5701.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Adadelta();
/// </code>
/// </example>
public sealed class Adadelta : BaseOptimizer, IRuleSource<AdadeltaRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 1 by default.</param>
    /// <param name="rho">Decay of the averages, in [0, 1); not the radius of SAM.</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <param name="decoupled">Whether the decay shrinks the weights instead of entering the gradient; see
    /// <see cref="BaseOptimizer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adadelta(float learningRate = 1f, float rho = 0.9f, float epsilon = 1e-6f, float weightDecay = 0, bool decoupled = false)
        : base(learningRate, weightDecay, decoupled)
    {
        CheckDecay(rho, nameof(rho));
        CheckPositive(epsilon, nameof(epsilon));
        Rho = rho;
        Epsilon = epsilon;
    }

    /// <summary>Decay of the averages, in [0, 1); not the radius of SAM.</summary>
    public float Rho { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    internal override int SlotCount => 2;

    internal override void Describe(SettingList settings) => settings
        .Add("Rho", Rho)
        .Add("Epsilon", Epsilon);

    internal override string SlotName(int slot) => slot switch { 0 => "square_avg", _ => "acc_delta" };

    AdadeltaRule IRuleSource<AdadeltaRule>.Rule(StepScalars scalars, long step)
    {
        return new AdadeltaRule(scalars, Rho, Epsilon);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        Run<AdadeltaRule>(call, this, step);
    }
}
