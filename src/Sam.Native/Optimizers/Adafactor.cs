namespace Sam.Native;

/// <summary>Adafactor, as torch.optim.Adafactor defines it: second moments of rows and columns instead of elements, steps relative to the
/// weights' size.</summary>
/// <remarks>
/// With share = t^beta2Decay and eps1 = 2^-23: for tensors of two and more dimensions, over the last two of them, r = r + share (mean of g^2
/// over a row - r), c = c + share (mean over a column - c), v = r c / max(mean r, eps1); for vectors v = v + share (g^2 - v).
/// u = g / max(sqrt(v), eps1), divided by max(1, rms(u) / threshold); w = (1 - learningRate weightDecay) w - max(epsilon, rms(w))
/// min(learningRate, 1 / sqrt(t)) u. There is no momentum. For a 3x3 convolution the moments take two thirds of an arena, for a matrix next
/// to nothing; for a 1x1 convolution, whose matrices have one element, twice an arena.
/// Shazeer and Stern, ICML 2018, arXiv:1804.04235.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Adafactor(learningRate: 0.01f);
/// </code>
/// </example>
public sealed class Adafactor : BaseOptimizer
{
    // The spacing of floats at 1, torch's default of epsilon1 in single precision.
    private const float Floor = 1.1920929e-7f;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Largest step relative to a tensor's root mean square, at least 0; 0.01 by default.</param>
    /// <param name="beta2Decay">Exponent of the share that a step's squares have in the moments, t^beta2Decay; at most 0.</param>
    /// <param name="epsilon">The least that a tensor's root mean square counts, above 0: tensors of zeros move by it.</param>
    /// <param name="threshold">Root mean square from which on an update is scaled down, above 0.</param>
    /// <param name="weightDecay">Decoupled weight decay lambda, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adafactor(
        float learningRate = 0.01f, float beta2Decay = -0.8f, float epsilon = 1e-3f, float threshold = 1, float weightDecay = 0)
        : base(learningRate, weightDecay, true)
    {
        if (!(beta2Decay <= 0) || !float.IsFinite(beta2Decay))
        {
            throw new ArgumentOutOfRangeException(nameof(beta2Decay), beta2Decay, "beta2Decay is the exponent of a share that falls, at most 0 and finite; the paper uses -0.8.");
        }

        CheckPositive(epsilon, nameof(epsilon));
        CheckPositive(threshold, nameof(threshold));
        Beta2Decay = beta2Decay;
        Epsilon = epsilon;
        Threshold = threshold;
    }

    /// <summary>Exponent of the share that a step's squares have in the moments, at most 0.</summary>
    public float Beta2Decay { get; }

    /// <summary>The least that a tensor's root mean square counts, above 0.</summary>
    public float Epsilon { get; }

    /// <summary>Root mean square from which on an update is scaled down, above 0.</summary>
    public float Threshold { get; }

    internal override int SlotCount => 0;

    internal override bool WorksByTensor => true;

    internal override bool FactorsMoments => true;

    internal override void Describe(SettingList settings) => settings
        .Add("Beta2Decay", Beta2Decay)
        .Add("Epsilon", Epsilon)
        .Add("Threshold", Threshold);

    internal override string SlotName(int slot) => throw new ArgumentOutOfRangeException(nameof(slot), slot, "Adafactor keeps no arenas.");

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        UpdateArguments arguments = call.Arguments;
        DeviceKernels kernels = call.Kernels;
        DevicePointer<float> start = call.BringStart();
        kernels.FactoredMoments(call.Factored, PortableMath.Power(step, (double)Beta2Decay), arguments.Gradient, arguments.State);
        FactoredStep numbers = new(Floor, Epsilon, Threshold);
        kernels.FactoredDirection(call.Pieces, call.Factored, numbers, arguments.Gradient, start, call.Coefficients);
        Span<SgdRule> rules = stackalloc SgdRule[call.Groups.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            StepScalars scalars = Scalars(call.Groups[i]);
            double largest = 1 / Math.Sqrt(step);
            rules[i] = new SgdRule(scalars with { LearningRate = (float)Math.Min(scalars.LearningRate, largest) });
        }

        UpdateArguments last = new()
        {
            Gradient = arguments.Gradient,
            Coefficients = call.Coefficients,
            Saved = start,
            Weights = arguments.Weights,
            State = arguments.State,
        };
        kernels.Update<SgdRule>(call.Pieces, last, rules);
    }
}
