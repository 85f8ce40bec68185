namespace Sam.Native;

/// <summary>Trains a model with Sharpness-Aware Minimization around a base optimizer.</summary>
/// <remarks>
/// A step takes the gradient at the weights w, moves the weights to w + eps, takes the gradient there, and lets the base optimizer update the saved
/// w with it. w is restored to the bit, whatever happens in between, and no parameter's address changes. A gradient that is not finite skips the step:
/// weights and optimizer stay as they were. Steps allocate nothing. Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv:2010.01412.
/// </remarks>
/// <example>
/// <code>
/// using var sam = new SamOptimizer(model, new Sgd(learningRate: 0.1f, momentum: 0.9f), Perturbation.Sam(rho: 0.05f));
/// StepResult result = sam.Step(images, labels);
/// </code>
/// </example>
public sealed partial class SamOptimizer : IDisposable
{
    private const int FirstLoss = 0;
    private const int SecondLoss = 1;
    private const int FirstSquares = 2;
    private const int SecondSquares = 3;

    private const string Order = "the order is: first gradient, FirstStep, second gradient, SecondStep";

    private readonly DeviceMemory? _saved;
    private readonly DeviceMemory[] _slotMemory;
    private readonly DevicePointer<float>[] _slots;
    private bool _disposed;
    private bool _perturbed;
    private bool _skip;
    private StepResult _result;

    /// <summary>Takes a model to train, and allocates what the step needs.</summary>
    /// <param name="model">The model; dispose it after the optimizer.</param>
    /// <param name="baseOptimizer">Updates the weights with the second gradient; belongs to this optimizer from now on.</param>
    /// <param name="perturbation">Where the second gradient is taken.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="InvalidOperationException">The base optimizer belongs to another SamOptimizer.</exception>
    /// <exception cref="OutOfMemoryException">The device has not enough memory.</exception>
    public SamOptimizer(Model model, BaseOptimizer baseOptimizer, Perturbation perturbation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(baseOptimizer);
        ArgumentNullException.ThrowIfNull(perturbation);
        baseOptimizer.Attach();
        Model = model;
        BaseOptimizer = baseOptimizer;
        Perturbation = perturbation;
        long bytes = (long)model.Layout.ArenaCount * sizeof(float);
        _saved = perturbation is NoPerturbation ? null : model.Device.Allocate(bytes, "saved weights");
        _slotMemory = new DeviceMemory[baseOptimizer.SlotCount];
        _slots = new DevicePointer<float>[baseOptimizer.SlotCount];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slotMemory[i] = model.Device.Allocate(bytes, baseOptimizer.SlotName(i));
            _slots[i] = _slotMemory[i].Pointer<float>();
        }
    }

    /// <summary>The model that is trained.</summary>
    public Model Model { get; }

    /// <summary>The optimizer that updates the weights; its learning rate may be changed between steps.</summary>
    public BaseOptimizer BaseOptimizer { get; }

    /// <summary>Where the second gradient is taken.</summary>
    public Perturbation Perturbation { get; }

    /// <summary>Bytes of the device's memory that the optimizer holds: saved weights and the base optimizer's slots.</summary>
    public long ByteCount => (_saved?.ByteCount ?? 0) + _slotMemory.Sum(static slot => slot.ByteCount);

    private DevicePointer<float> Saved => _saved is null ? Model.WeightMemory : _saved.Pointer<float>();

    /// <summary>First half of a step: takes the gradient there is, saves the weights and moves them to the worst point of the ball.</summary>
    /// <remarks>Afterwards compute the second gradient (Forward, Backward) and call <see cref="SecondStep"/>. A gradient that is not finite leaves
    /// the weights where they are; <see cref="SecondStep"/> then reports the step as skipped.</remarks>
    /// <exception cref="InvalidOperationException">There is no gradient, or the first half was already done: the message says the order.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public void FirstStep()
    {
        CheckCleanPhase(nameof(FirstStep));
        if (!Model.HasGradients)
        {
            throw new InvalidOperationException($"FirstStep needs the gradient of a backward pass since the last step, and there is none; {Order}.");
        }

        _result = new StepResult { Loss = Model.LastLoss };
        Perturb();
    }

    /// <summary>Second half of a step: restores the weights and updates them with the second gradient.</summary>
    /// <returns>What the step saw.</returns>
    /// <exception cref="InvalidOperationException">The first half was not done: the message says the order.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult SecondStep()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_perturbed)
        {
            throw new InvalidOperationException($"SecondStep was called before FirstStep; {Order}.");
        }

        _result = _result with { PerturbedLoss = Model.HasGradients ? Model.LastLoss : Perturbation is NoPerturbation ? _result.Loss : float.NaN };
        return Update();
    }

    /// <summary>Frees the optimizer's memory. Between the halves of a step the weights are restored first. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            if (_perturbed && !Model.IsDisposed)
            {
                Restore();
            }

            _disposed = true;
            _saved?.Dispose();
            foreach (DeviceMemory slot in _slotMemory)
            {
                slot.Dispose();
            }
        }
    }

    private void CheckCleanPhase(string method)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectDisposedException.ThrowIf(Model.IsDisposed, Model);
        if (_perturbed)
        {
            throw new InvalidOperationException($"{method} was called between FirstStep and SecondStep; {Order}.");
        }

        if (Model.InPerturbedPass)
        {
            throw new InvalidOperationException($"{method} was called while another optimizer has this model's weights perturbed; finish that step with its SecondStep.");
        }
    }

    private void Perturb()
    {
        DeviceKernels kernels = Model.Device.Kernels;
        int count = Model.Layout.ArenaCount;
        kernels.SumOfSquares(count, Model.GradientMemory, Model.Scalar(FirstSquares));
        float norm = ReadNorm(FirstSquares);
        _skip = !float.IsFinite(norm);
        float radius = 0;
        if (!_skip && Perturbation is SamPerturbation sam)
        {
            kernels.Perturb(count, sam.Rho, Model.Scalar(FirstSquares), Model.GradientMemory, Model.WeightMemory, Saved);
            radius = norm > 0 ? sam.Rho : 0;
        }

        _result = _result with { GradientNorm = norm, PerturbationNorm = radius };
        Model.ReleaseGradients();
        Model.InPerturbedPass = Perturbation is not NoPerturbation;
        _perturbed = true;
    }

    private StepResult Update()
    {
        DeviceKernels kernels = Model.Device.Kernels;
        int count = Model.Layout.ArenaCount;
        bool oneGradient = Perturbation is NoPerturbation && !Model.HasGradients;
        bool missing = !oneGradient && !Model.HasGradients;
        float norm = oneGradient ? _result.GradientNorm : float.NaN;
        if (!_skip && !missing && !oneGradient)
        {
            kernels.SumOfSquares(count, Model.GradientMemory, Model.Scalar(SecondSquares));
            norm = ReadNorm(SecondSquares);
        }

        if (_skip || !float.IsFinite(norm))
        {
            Restore();
            _result = _result with { PerturbedGradientNorm = norm, Skipped = true };
        }
        else
        {
            BaseOptimizer.Update(kernels, count, Model.GradientMemory, Saved, Model.WeightMemory, _slots);
            _result = _result with { PerturbedGradientNorm = norm };
        }

        EndStep();
        return _result;
    }

    private void Restore()
    {
        if (_saved is not null && !_skip)
        {
            Model.Device.Kernels.Copy(Model.Layout.ArenaCount, Saved, Model.WeightMemory);
        }
    }

    private void EndStep()
    {
        _perturbed = false;
        _skip = false;
        Model.InPerturbedPass = false;
        Model.ReleaseGradients();
        Model.StepNumber++;
    }

    private float ReadNorm(int slot)
    {
        Span<double> squares = stackalloc double[1];
        Model.Device.Download(Model.Scalar(slot), squares);
        return (float)Math.Sqrt(squares[0]);
    }
}
