namespace Sam.Native;

/// <summary>LARS: momentum whose step is scaled for each tensor by the ratio of the weights' norm to the gradient's.</summary>
/// <remarks>
/// rate = trust ||w|| / (||g|| + weightDecay ||w|| + epsilon) for each tensor, 1 where a norm is zero; buf = momentum buf + learningRate
/// rate (g + weightDecay w);
/// w = w - buf. You, Gitman, Ginsburg, arXiv:1708.03888, algorithm 1. The norms are one pass over memory more than SGD.
/// </remarks>
/// <example>
/// <code>
/// var optimizer = new Lars(learningRate: 1f, momentum: 0.9f, weightDecay: 5e-4f);
/// </code>
/// </example>
public sealed class Lars : BaseOptimizer, IRuleSource<LarsRule>
{
    private ScalarProgram[] _programs = [];

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">Step size, at least 0.</param>
    /// <param name="momentum">Share of the buffer that is kept, at least 0.</param>
    /// <param name="trust">How far a tensor may move, as a share of its norm, above 0.</param>
    /// <param name="epsilon">Added to the divisor, at least 0.</param>
    /// <param name="weightDecay">Weight decay lambda, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Lars(float learningRate, float momentum = 0.9f, float trust = 0.001f, float epsilon = 0, float weightDecay = 0)
        : base(learningRate, weightDecay, false)
    {
        CheckNotNegative(momentum, nameof(momentum));
        CheckPositive(trust, nameof(trust));
        CheckNotNegative(epsilon, nameof(epsilon));
        Momentum = momentum;
        Trust = trust;
        Epsilon = epsilon;
    }

    /// <summary>Share of the buffer that is kept, at least 0.</summary>
    public float Momentum { get; }

    /// <summary>How far a tensor may move, as a share of its norm, above 0.</summary>
    public float Trust { get; }

    /// <summary>Added to the divisor, at least 0.</summary>
    public float Epsilon { get; }

    internal override int SlotCount => 1;

    internal override int MomentumSlot => 0;

    internal override bool WorksByTensor => true;

    internal override void Describe(SettingList settings) => settings
        .Add("Momentum", Momentum)
        .Add("Trust", Trust)
        .Add("Epsilon", Epsilon);

    internal override string SlotName(int slot) => "momentum_buffer";

    LarsRule IRuleSource<LarsRule>.Rule(StepScalars scalars, long step)
    {
        return new LarsRule(scalars with { Decay = 0 }, Momentum);
    }

    private protected override void UpdateCore(in UpdateCall call, long step)
    {
        UpdateArguments arguments = call.Arguments;
        DeviceKernels kernels = call.Kernels;
        DevicePointer<float> start = call.BringStart();
        kernels.Products(call.Pieces, arguments.Gradient, start, call.Sums);
        ScalarProgram[] programs = Programs(call);
        kernels.Evaluate(programs, programs.Length, call.Sums, call.Coefficients);
        UpdateArguments scaled = arguments with { Coefficients = call.Coefficients, Saved = start };
        Run<LarsRule>(call with { Arguments = scaled }, this, step);
    }

    // The groups of an optimizer do not change, so that one table serves every step.
    private ScalarProgram[] Programs(in UpdateCall call)
    {
        if (_programs.Length != call.Pieces.TensorCount)
        {
            _programs = new ScalarProgram[call.Pieces.TensorCount];
            for (int t = 0; t < _programs.Length; t++)
            {
                int group = call.TensorGroups[t];
                float decay = group >= 0 ? call.Groups[group].WeightDecay : 0;
                _programs[t] = new ScalarProgram(ScalarKind.LayerRatio, Trust, decay, Epsilon);
            }
        }

        return _programs;
    }
}
