using Sam.Native.Cuda;

namespace Sam.Native;

/// <summary>Trains a model with Sharpness-Aware Minimization, or one of its relatives, around a base optimizer.</summary>
/// <remarks>
/// A step takes the gradient at the weights w, moves the weights to w + eps (<see cref="Perturbation"/>), takes the gradient there,
/// combines the two
/// (<see cref="Combination"/>) and lets the base optimizer update the saved w. w is restored to the bit, whatever happens in between, and
/// no
/// parameter's address changes. A gradient that is not finite skips the step: weights, running statistics and everything the optimizer
/// keeps stay as they
/// were (between <see cref="FirstStep"/> and <see cref="SecondStep"/>: as they were when FirstStep was called). Steps allocate nothing.
/// Same bits for any number of threads.
/// Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv:2010.01412.
/// </remarks>
/// <example>
/// <code>
/// using var sam = new SamOptimizer(model, new Sgd(learningRate: 0.1f, momentum: 0.9f), Perturbation.Sam(rho: 0.05f));
/// StepResult result = sam.Step(images, labels);
/// </code>
/// </example>
public sealed partial class SamOptimizer : IDisposable
{
    private const string Order = "the order is: first gradient, FirstStep, second gradient, SecondStep";

    private readonly ArenaPlan _plan;
    private readonly StepScratch _scratch;
    private readonly StepRecord _record;
    private readonly StepResults _results;
    private readonly PerturbGroup[] _perturbGroups;
    private readonly PerturbGroup[] _measuredGroups;
    private readonly SgdRule[] _tailRules;
    private readonly BatchSubset? _subset;
    private readonly DeviceMemory?[] _slots;
    private readonly FactoredState? _factored;
    private readonly DeviceMemory? _saved;
    private readonly DeviceMemory? _kept;
    private readonly DeviceMemory? _accumulated;
    private readonly DeviceMemory? _accumulatedFirst;
    private readonly DeviceMemory? _look;
    private readonly DeviceMemory? _mean;
    private readonly DeviceMemory? _buffers;
    private readonly DeviceMemory? _friendly;
    private readonly DeviceMemory? _friendlyOdd;
    private float _rho;
    private float _lossScale;
    private bool _disposed;

    /// <summary>Takes a model to train, and allocates what the step needs.</summary>
    /// <param name="model">The model; dispose it after the optimizer.</param>
    /// <param name="baseOptimizer">Updates the weights; belongs to this optimizer from now on.</param>
    /// <param name="perturbation">Where the second gradient is taken.</param>
    /// <param name="options">Combination, groups, schedules and so on; null takes the defaults.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">Settings do not fit each other, or every parameter is frozen; the message says
    /// which.</exception>
    /// <exception cref="InvalidOperationException">The base optimizer belongs to another SamOptimizer.</exception>
    /// <exception cref="OutOfMemoryException">The device has not enough memory.</exception>
    public SamOptimizer(Model model, BaseOptimizer baseOptimizer, Perturbation perturbation, SamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(baseOptimizer);
        ArgumentNullException.ThrowIfNull(perturbation);
        options ??= SamOptions.Default;
        OptionChecks.Check(model, baseOptimizer, perturbation, options);
        baseOptimizer.CheckFree();
        using DeviceScope scope = model.Device.Enter();
        using SetupScope setup = model.Device.BeginSetup();
        Model = model;
        BaseOptimizer = baseOptimizer;
        Perturbation = perturbation;
        Options = options;
        _rho = perturbation.Rho;
        bool byTensor = baseOptimizer.WorksByTensor || options.Combination.IsByTensor
            || perturbation.Scaling == PerturbationScaling.Layerwise || perturbation.Direction == PerturbationDirection.Random
            || perturbation is { WeightFraction: < 1, SubsetNorm: SubsetNorm.All };
        bool perturbs = perturbation.Direction != PerturbationDirection.None;
        bool friendly = perturbation.Direction == PerturbationDirection.Friendly;
        bool looks = options.Combination.Kind == CombinationKind.Look;
        bool eachPiece = perturbs && options.MicroBatch > 0 && options.PerturbsEachMicroBatch;
        bool keepsFirst = perturbs && (options.Combination.NeedsFirst || (friendly && eachPiece));
        bool keepsMeans = eachPiece && (options.Combination.NeedsBothMeans || friendly);
        bool averages = options.Averaging is not null;
        int arenas = ((bool[])[perturbs, keepsFirst, looks, friendly, friendly, eachPiece, keepsMeans, averages]).Count(static needed => needed)
            + Enumerable.Range(0, baseOptimizer.SlotCount).Count(baseOptimizer.UsesSlot);
        try
        {
            _plan = new ArenaPlan(model, options.Groups, baseOptimizer, perturbation, byTensor);
            _scratch = new StepScratch(model.Device, model.Parameters.Count);
            _record = new StepRecord(model.Device, model.Parameters.Count);
            _results = new StepResults(this, _record);
            _graphs = model.Device.CreateStepGraphs(model, _record.State);
            _saved = Arena(perturbs, "saved weights");
            _kept = Arena(keepsFirst, "first gradient");
            _look = Arena(looks, "orthogonal gradient");
            _friendly = Arena(friendly, "average gradient");
            _friendlyOdd = Arena(friendly, "average gradient, every other step");
            _accumulated = Arena(eachPiece, "accumulated gradient");
            _accumulatedFirst = Arena(keepsMeans, "accumulated first gradient");
            _mean = Arena(averages, "average weights");
            _buffers = model.Layout.BufferCount > 0
                ? model.Device.Allocate((long)model.Layout.BufferCount * sizeof(float), "saved buffers") : null;
            _slots = new DeviceMemory?[baseOptimizer.SlotCount];
            for (int i = 0; i < _slots.Length; i++)
            {
                _slots[i] = Arena(baseOptimizer.UsesSlot(i), baseOptimizer.SlotName(i));
            }
        }
        catch (OutOfMemoryException e)
        {
            setup.Dispose();
            throw WithAdvice(e, model, ((long)arenas * model.Layout.ArenaCount) + model.Layout.BufferCount);
        }

        _perturbGroups = new PerturbGroup[_plan.Updates.Length];
        _measuredGroups = perturbation.Scaling == PerturbationScaling.Proportional ? new PerturbGroup[_plan.Updates.Length] : _perturbGroups;
        _factored = baseOptimizer.FactorsMoments ? new FactoredState(model, _plan.TensorGroups) : null;
        _shares = new float[model.Parameters.Count];
        _isTensorPerturbed = [.. _plan.TensorGroups.Select(group => group >= 0 && _plan.IsPerturbed[group] ? 1 : 0)];
        _trained = new bool[model.Parameters.Count];
        _chosen = new bool[model.Parameters.Count];
        _tailRules = new SgdRule[_plan.Updates.Length];
        if (perturbation.DataFraction < 1)
        {
            _subset = new BatchSubset(model);
        }

        baseOptimizer.Attach(this);
        AttachNeeds();
        _lossScale = options.LossScaling?.InitialScale ?? 1;
        model.GradientScale = _lossScale;
        setup.Complete();
    }

    /// <summary>The model that is trained.</summary>
    public Model Model { get; }

    /// <summary>The optimizer that updates the weights; its learning rate may be changed between steps unless a schedule sets it.</summary>
    public BaseOptimizer BaseOptimizer { get; }

    /// <summary>Where the second gradient is taken.</summary>
    public Perturbation Perturbation { get; }

    /// <summary>Everything else about the steps.</summary>
    public SamOptions Options { get; }

    /// <summary>Radius of the perturbation; may be changed between steps unless a schedule sets it. 0 makes the step the base
    /// optimizer's, to the bit: it takes one gradient, of the whole batch.</summary>
    /// <remarks>What a variant keeps of earlier steps (Friendly-SAM's average, LookSAM's orthogonal part) stays as it is while rho is 0.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float Rho
    {
        get => _rho;
        set
        {
            if (!(value >= 0) || !float.IsFinite(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "rho is the radius of the ball, at least 0 and finite.");
            }

            _rho = value;
        }
    }

    /// <summary>What losses are multiplied with before their backward pass; 1 without <see cref="SamOptions.LossScaling"/>.</summary>
    public float LossScale
    {
        get
        {
            SettleAll();
            return _lossScale;
        }
    }

    /// <summary>Bytes of the device's memory that the optimizer holds: saved weights, the base optimizer's slots and what the variant
    /// keeps.</summary>
    public long ByteCount
    {
        get
        {
            long bytes = _plan.ByteCount + _scratch.ByteCount + _record.ByteCount + (_factored?.ByteCount ?? 0);
            foreach (DeviceMemory? memory in Memories())
            {
                bytes += memory?.ByteCount ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>Frees the optimizer's memory. Between the halves of a step the weights are restored first. Calling it again does
    /// nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (!Model.IsDisposed)
        {
            if (_inStep)
            {
                RestoreToDispose();
                Model.InPerturbedPass = false;
                Model.HasMovedWeights = false;
            }

            Model.GradientScale = 1;
            Model.Needs.Detach(_trained);
        }

        _disposed = true;
        foreach (DeviceMemory? memory in Memories())
        {
            memory?.Dispose();
        }

        _graphs?.Dispose();
        _factored?.Dispose();
        _results.Dispose();
        _record.Dispose();
        _scratch.Dispose();
        _plan.Dispose();
    }

    private static OutOfMemoryException WithAdvice(OutOfMemoryException error, Model model, long floats)
    {
        long bytes = floats * sizeof(float);
        string advice = model.BatchThatLeaves(bytes) switch
        {
            null => "",
            > 0 and long batch => $" Made with a batch of {batch}, the model would leave that much.",
            _ => " Not even a model with a batch of 1 would leave that much.",
        };
        return new OutOfMemoryException(
            $"The optimizer of a {model.Layout.Name} with a batch of {model.BatchSize} needs about {MemoryAccount.Megabytes(bytes)} of its own: {error.Message}{advice}", error);
    }

    private void RestoreToDispose()
    {
        try
        {
            using DeviceScope scope = Model.Device.Enter();
            Restore();
        }
        catch (Exception exception) when (exception is CudaException or ObjectDisposedException)
        {
            // The device is lost or gone, and the weights with it.
        }
    }

    private DeviceMemory? Arena(bool needed, string role) =>
        needed ? Model.Device.Allocate((long)Model.Layout.ArenaCount * sizeof(float), role) : null;

    private IEnumerable<DeviceMemory?> Memories(
        ) => [_saved, _kept, _look, _friendly, _friendlyOdd, _accumulated, _accumulatedFirst, _mean, _buffers, .. _slots];

    private DevicePointer<float> Slot(
        int slot) => slot < _slots.Length && _slots[slot] is DeviceMemory memory ? memory.Pointer<float>() : default;
}
