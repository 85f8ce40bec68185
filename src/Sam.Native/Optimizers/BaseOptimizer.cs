namespace Sam.Native;

/// <summary>The optimizer that SAM wraps: it turns a gradient into an update of the weights, in one pass over memory together with SAM's
/// restore.
/// One instance belongs to one <see cref="SamOptimizer"/>.</summary>
/// <remarks>
/// Weight decay lambda comes in two kinds. Coupled, as in torch.optim.SGD and Adam: lambda w is added to the gradient (and so passes
/// through momentum
/// and scaling). Decoupled, as in AdamW (Loshchilov and Hutter, ICLR 2019, arXiv:1711.05101): w is multiplied by 1 - learningRate lambda
/// first. Both use
/// the weights before the perturbation. The decay is no part of SAM's gradients or norms.
/// </remarks>
public abstract class BaseOptimizer
{
    private SamOptimizer? _owner;
    private float _learningRate;

    private protected BaseOptimizer(float learningRate, float weightDecay, bool decoupled)
    {
        LearningRate = learningRate;
        CheckNotNegative(weightDecay, nameof(weightDecay));
        WeightDecay = weightDecay;
        DecoupledDecay = decoupled;
    }

    /// <summary>Step size; may be changed between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set
        {
            CheckNotNegative(value, nameof(LearningRate));
            _learningRate = value;
        }
    }

    /// <summary>Weight decay lambda of parameters whose group has none of its own.</summary>
    public float WeightDecay { get; }

    /// <summary>Whether the decay shrinks the weights instead of entering the gradient.</summary>
    public bool DecoupledDecay { get; }

    /// <summary>Updates made so far; a skipped step makes none.</summary>
    public long UpdateCount
    {
        get
        {
            _owner?.SettleAll();
            return SubmittedUpdates;
        }
    }

    /// <summary>The same, counting steps that a device is still busy with as applied.</summary>
    internal long SubmittedUpdates { get; set; }

    /// <summary>Arenas of the size of the weights that the optimizer keeps, 0 to 3.</summary>
    internal abstract int SlotCount { get; }

    /// <summary>The arena that holds the momentum, or -1.</summary>
    internal virtual int MomentumSlot => -1;

    /// <summary>Whether the optimizer needs sums of every tensor.</summary>
    internal virtual bool WorksByTensor => false;

    /// <summary>Whether the optimizer keeps factored moments beside its arenas.</summary>
    internal virtual bool FactorsMoments => false;

    /// <summary>What each arena is called, in summaries and checkpoints: torch's names.</summary>
    internal abstract string SlotName(int slot);

    /// <summary>Whether a slot is used at all; unused ones take no memory.</summary>
    internal virtual bool UsesSlot(int slot) => true;

    /// <summary>Adds every number of its own beside learning rate and weight decay, for checkpoints.</summary>
    internal abstract void Describe(SettingList settings);

    /// <summary>Refuses an optimizer that belongs to a model already.</summary>
    internal void CheckFree()
    {
        if (_owner is not null)
        {
            throw new InvalidOperationException("This base optimizer already belongs to a SamOptimizer; make one for each.");
        }
    }

    /// <summary>Takes the optimizer for one model.</summary>
    internal void Attach(SamOptimizer owner) => _owner = owner;

    /// <summary>One update of the weights.</summary>
    internal void Update(in UpdateCall call)
    {
        UpdateCore(call, SubmittedUpdates + 1);
        SubmittedUpdates++;
    }

    private protected abstract void UpdateCore(in UpdateCall call, long step);

    /// <summary>Updates with one rule for each group.</summary>
    private protected void Run<TRule>(in UpdateCall call, IRuleSource<TRule> source, long step)
        where TRule : unmanaged, IUpdateRule
    {
        Span<TRule> rules = stackalloc TRule[call.Groups.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            rules[i] = source.Rule(Scalars(call.Groups[i]), step);
        }

        call.Kernels.Update<TRule>(call.Pieces, call.Arguments, rules);
    }

    /// <summary>Step size and decay of a group.</summary>
    private protected StepScalars Scalars(UpdateGroup group)
    {
        float rate = LearningRate * group.LearningRateFactor;
        return DecoupledDecay
            ? new StepScalars(rate, 0, (float)(1 - ((double)rate * group.WeightDecay)))
            : new StepScalars(rate, group.WeightDecay, 1);
    }

    private protected static void CheckNotNegative(float value, string name)
    {
        if (!(value >= 0) || !float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is at least 0 and finite.");
        }
    }

    private protected static void CheckPositive(float value, string name)
    {
        if (!(value > 0) || !float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is above 0 and finite.");
        }
    }

    private protected static void CheckDecay(float value, string name)
    {
        if (!(value >= 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is the share of an average that is kept, in [0, 1).");
        }
    }
}
