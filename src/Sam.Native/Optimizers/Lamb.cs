namespace Sam.Native;

/// <summary>LAMB: Adam whose step is scaled for each tensor by the ratio of the weights' norm to the step's.</summary>
/// <remarks>
/// m and v as in <see cref="Adam"/>; r = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay w;
/// w = w - learningRate phi(||w||) / ||r|| r for each tensor, phi(x) = min(x, maximumNorm); the ratio is 1 where a norm is zero.
/// You et al., ICLR 2020, arXiv:1904.00962, algorithm 2. The direction is written over the gradient, then measured, then applied: 20 bytes
/// for each
/// parameter more than Adam.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Lamb(learningRate: 2e-3f, weightDecay: 0.01f);
/// </code>
/// </example>
public sealed class Lamb : BaseOptimizer, IRuleSource<SgdRule>
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0; 1e-3 by default.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the divisor, above 0.</param>
    /// <param name="maximumNorm">Largest norm of the weights that counts, at least 0; 0 for no limit.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Lamb(
        float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-6f, float maximumNorm = 0,
        float weightDecay = 0.01f)
        : base(learningRate, weightDecay, true)
    {
        CheckDecay(beta1, nameof(beta1));
        CheckDecay(beta2, nameof(beta2));
        CheckPositive(epsilon, nameof(epsilon));
        CheckNotNegative(maximumNorm, nameof(maximumNorm));
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        MaximumNorm = maximumNorm;
    }

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>Added to the divisor, above 0.</summary>
    public float Epsilon { get; }

    /// <summary>Largest norm of the weights that counts, at least 0; 0 for no limit.</summary>
    public float MaximumNorm { get; }

    internal override int SlotCount => 2;

    internal override int MomentumSlot => 0;

    internal override bool WorksByTensor => true;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta1", Beta1)
        .Add("Beta2", Beta2)
        .Add("Epsilon", Epsilon)
        .Add("MaximumNorm", MaximumNorm);

    internal override string SlotName(int slot) => slot switch { 0 => "exp_avg", _ => "exp_avg_sq" };

    SgdRule IRuleSource<SgdRule>.Rule(StepScalars scalars, long step)
    {
        return new SgdRule(scalars with { Shrink = 1 });
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        float first = (float)(1 / (1 - PortableMath.Power(Beta1, step)));
        float second = (float)(1 / Math.Sqrt(1 - PortableMath.Power(Beta2, step)));
        Span<LambRule> rules = stackalloc LambRule[call.Groups.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            UpdateGroup group = call.Groups[i];
            rules[i] = new LambRule(new StepScalars(LearningRate * group.LearningRateFactor, 0, 1), Beta1, Beta2, Epsilon, first, second,
                group.WeightDecay);
        }

        UpdateArguments arguments = call.Arguments;
        DevicePointer<float> direction = arguments.Gradient;
        call.Kernels.Update<LambRule>(call.Pieces, arguments with { Output = direction }, rules);
        DevicePointer<float> start = call.BringStart();
        call.Kernels.Products(call.Pieces, direction, start, call.Sums);
        call.Kernels.Evaluate(
            [new ScalarProgram(ScalarKind.TrustRatio, Alpha: MaximumNorm)], call.Pieces.TensorCount, call.Sums, call.Coefficients);
        UpdateArguments last = new()
        {
            Gradient = direction,
            Coefficients = call.Coefficients,
            Saved = start,
            Weights = arguments.Weights,
            State = arguments.State,
        };
        Run<SgdRule>(call with { Arguments = last }, this, step);
    }
}
