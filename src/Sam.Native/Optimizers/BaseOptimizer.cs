namespace Sam.Native;

/// <summary>The optimizer that SAM wraps: it turns a gradient into an update of the weights. One instance belongs to one <see cref="SamOptimizer"/>.</summary>
public abstract class BaseOptimizer
{
    private bool _attached;
    private float _learningRate;

    private protected BaseOptimizer(float learningRate) => LearningRate = learningRate;

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

    /// <summary>Updates made so far; a skipped step makes none.</summary>
    public long UpdateCount { get; private set; }

    /// <summary>Arenas of the size of the weights that the optimizer keeps.</summary>
    internal abstract int SlotCount { get; }

    /// <summary>What each arena is called, in summaries and checkpoints.</summary>
    internal abstract string SlotName(int slot);

    /// <summary>Takes the optimizer for one model.</summary>
    internal void Attach()
    {
        if (_attached)
        {
            throw new InvalidOperationException("This base optimizer already belongs to a SamOptimizer; make one for each.");
        }

        _attached = true;
    }

    /// <summary>One update of a range of the arenas: w = restored weights, updated.</summary>
    internal void Update(
        DeviceKernels kernels, long count, DevicePointer<float> gradient, DevicePointer<float> saved, DevicePointer<float> weights, ReadOnlySpan<DevicePointer<float>> slots)
    {
        UpdateCore(kernels, count, gradient, saved, weights, slots);
        UpdateCount++;
    }

    private protected abstract void UpdateCore(
        DeviceKernels kernels, long count, DevicePointer<float> gradient, DevicePointer<float> saved, DevicePointer<float> weights, ReadOnlySpan<DevicePointer<float>> slots);

    private protected static void CheckNotNegative(float value, string name)
    {
        if (!(value >= 0) || !float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is at least 0 and finite.");
        }
    }
}
