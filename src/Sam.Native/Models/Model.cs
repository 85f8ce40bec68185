namespace Sam.Native;

/// <summary>
/// A neural network on a device. Declare one as a partial class with a model attribute and layer attributes (Sam.Layers); the generator
/// writes its
/// constructor, its typed parameters and its forward and backward passes on top of this class.
/// </summary>
/// <remarks>
/// Memory is allocated in the constructor: one arena each for weights and gradients, one block for activations sized for the batch. Passes
/// allocate
/// nothing. Not thread-safe: one thread at a time uses a model or its device.
/// </remarks>
public abstract partial class Model : IDisposable
{
    /// <summary>Doubles that losses and norms are left in: the losses of both passes, then the optimizer's.</summary>
    internal const int ScalarCount = 16;

    private readonly DeviceMemory _weights;
    private readonly DeviceMemory _gradients;
    private readonly DeviceMemory _buffers;
    private readonly DeviceMemory _activations;
    private readonly DeviceMemory _targets;
    private readonly DeviceMemory _scalars;
    private readonly Parameter[] _parameters;
    private readonly ModelBuffer[] _bufferViews;
    private bool _disposed;
    private bool _hasForward;
    private bool _forwardWasTraining;
    private int _batch;

    // Whether the gradients are to be read as zero, and whether the next backward pass overwrites instead of adding: clearing
    // an arena only to add to it would cost two passes over memory.
    private bool _gradientsAreZero = true;
    private bool _overwriteGradients = true;
    private bool _canRunBackward;

    // What the host last saw of the output, on devices whose memory it does not reach.
    private float[]? _hostOutput;
    private bool _hostOutputIsCurrent;

    /// <summary>Allocates the model's memory and draws its weights.</summary>
    /// <param name="device">Where it lives; dispose it after the model.</param>
    /// <param name="batchSize">The largest batch of a pass, at least 1.</param>
    /// <param name="seed">Key of the weights' initial values and of dropout; one seed gives the same bits on every run, machine and number
    /// of threads.</param>
    /// <param name="layout">The model's layout, written by the generator.</param>
    /// <exception cref="ArgumentNullException">The device or the layout is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is not positive.</exception>
    /// <exception cref="OutOfMemoryException">The device has not that much memory.</exception>
    protected Model(Device device, int batchSize, ulong seed, ModelLayout layout)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(layout);
        if (batchSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, "The batch size is the largest batch of a pass, at least 1.");
        }

        using DeviceScope scope = device.Enter();
        using SetupScope setup = device.BeginSetup();
        Device = device;
        BatchSize = batchSize;
        Seed = seed;
        Layout = layout;
        long arenaBytes = (long)layout.ArenaCount * sizeof(float);
        long targetCount = Math.Max(1L, layout.OutputShape.Count) * batchSize;
        try
        {
            _weights = device.Allocate(arenaBytes, "weights");
            _gradients = device.Allocate(arenaBytes, "gradients");
            _buffers = device.Allocate((long)layout.BufferCount * sizeof(float), "buffers");
            _activations = device.Allocate(checked(layout.ActivationCount * batchSize * sizeof(float)), "activations");
            _targets = device.Allocate(targetCount * sizeof(float), "targets");
            _scalars = device.Allocate(ScalarCount * sizeof(double), "scalars");
        }
        catch (OutOfMemoryException e) when (BatchThatFits() is long fitting)
        {
            string advice = fitting > 0 ? $"A batch of {fitting} would fit." : "Not even a batch of 1 would fit.";
            throw new OutOfMemoryException($"{layout.Name} with a batch of {batchSize} does not fit: {e.Message} {advice}", e);
        }

        _parameters = new Parameter[layout.Parameters.Length];
        Needs = new GradientNeeds(_parameters.Length);
        for (int i = 0; i < _parameters.Length; i++)
        {
            _parameters[i] = new Parameter(this, layout.Parameters[i]);
        }

        foreach (Conv2dShape convolution in layout.Convolutions)
        {
            device.Kernels.PrepareConv2d(convolution, batchSize);
        }

        _bufferViews = new ModelBuffer[layout.Buffers.Length];
        for (int i = 0; i < _bufferViews.Length; i++)
        {
            _bufferViews[i] = new ModelBuffer(this, layout.Buffers[i]);
        }

        Initialize();
        setup.Complete();
    }

    /// <summary>Where the model lives.</summary>
    public Device Device { get; }

    /// <summary>The largest batch of a pass.</summary>
    public int BatchSize { get; }

    /// <summary>The seed the weights were drawn with; also the key of dropout.</summary>
    public ulong Seed { get; }

    /// <summary>What is known of the model at compile time: its layers, parameters and offsets.</summary>
    public ModelLayout Layout { get; }

    /// <summary>Shape of one input example.</summary>
    public Shape InputShape => Layout.InputShape;

    /// <summary>Shape of one output example.</summary>
    public Shape OutputShape => Layout.OutputShape;

    /// <summary>The parameters in the order of the layers.</summary>
    public ParameterCollection Parameters => new(_parameters);

    /// <summary>The buffers in the order of the layers: running statistics and counts of batch normalisation.</summary>
    public ReadOnlySpan<ModelBuffer> Buffers => _bufferViews;

    /// <summary>Whether running statistics of batch normalisation move in the pass at the perturbed weights too. False at first: they are
    /// to be those of the
    /// weights that are kept (SAM's authors and davda54/sam do likewise); true is what a loop without that care does.</summary>
    /// <remarks>num_batches_tracked counts the batches that are in the statistics: one for each step, two with true. davda54/sam, whose second
    /// pass has a momentum of 0, counts two either way.</remarks>
    public bool UpdateStatisticsInBothPasses { get; set; }

    /// <summary>Whether layers behave as in training (true at first) or as in evaluation.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Number of the training step, from 0: the counter of dropout's random numbers. The optimizer advances it after each step;
    /// set it
    /// to repeat a step's random numbers.</summary>
    public ulong StepNumber { get; set; }

    /// <summary>The output of the last forward pass; valid until the next.</summary>
    /// <exception cref="InvalidOperationException">There was no forward pass yet (thrown when the values are read).</exception>
    public ModelOutput Output => new(this);

    /// <summary>Examples of the last forward pass; 0 before the first.</summary>
    public int CurrentBatch => _batch;

    internal bool IsDisposed => _disposed;

    /// <summary>The loss that <see cref="Backward"/> returned last.</summary>
    internal float LastLoss { get; private set; } = float.NaN;

    /// <summary>Which gradients the backward pass computes.</summary>
    internal GradientNeeds Needs { get; }

    internal DevicePointer<float> WeightMemory => _weights.Pointer<float>();

    internal DevicePointer<float> BufferMemory => _buffers.Pointer<float>();

    internal DevicePointer<float> GradientMemory => _gradients.Pointer<float>();

    /// <summary>Set while an optimizer has the weights moved, in whichever pass: they are not to be saved or stepped from.</summary>
    internal bool HasMovedWeights { get; set; }

    /// <summary>Set between the halves of a SAM step: the weights are perturbed, so running statistics stay as they are.</summary>
    internal bool InPerturbedPass { get; set; }

    /// <summary>Whether there are gradients since an optimizer last used them: a backward pass ran, or they were cleared and then looked
    /// at or written.</summary>
    internal bool HasGradients { get; private set; }

    /// <summary>What the gradient memory stands for; set to take back a step that did not touch that memory.</summary>
    internal GradientHolding Holding
    {
        get => new(_gradientsAreZero, _overwriteGradients, HasGradients);
        set => (_gradientsAreZero, _overwriteGradients, HasGradients) = (value.AreZero, value.AreOverwritten, value.AreThere);
    }

    /// <summary>A buffer by its name.</summary>
    /// <param name="name">torch's name, such as bn1.running_mean.</param>
    /// <returns>The buffer.</returns>
    /// <exception cref="KeyNotFoundException">The model has no buffer of that name; the message lists those it has.</exception>
    public ModelBuffer GetBuffer(string name) => Array.Find(_bufferViews, buffer => buffer.Name == name)
        ?? throw new KeyNotFoundException($"There is no buffer '{name}'; there are {(_bufferViews.Length == 0 ? "none" : string.Join(", ", _bufferViews.Select(static b => b.Name)))}.");

    /// <summary>Makes layers behave as in training: dropout drops, batch normalisation uses the batch's statistics.</summary>
    public void Train() => IsTraining = true;

    /// <summary>Makes layers behave as in evaluation: dropout passes through, batch normalisation uses its running statistics.</summary>
    public void Evaluate() => IsTraining = false;

    /// <summary>Computes the outputs of a batch and keeps what the backward pass needs.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to <see cref="BatchSize"/> examples; copied.</param>
    /// <returns>The outputs, (B, output shape), read when asked for.</returns>
    /// <exception cref="ArgumentException">The length is not a multiple of the input shape's count, is zero, or is more than the batch
    /// size.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelOutput Forward(ReadOnlySpan<float> input)
    {
        using DeviceScope scope = Device.Enter();
        LoadInput(input);
        RunForward();
        return Output;
    }

    /// <summary>Computes the gradients of a loss for the last forward pass and adds them to the parameters' gradients; after
    /// <see cref="ZeroGradients"/> or an optimizer's step they are overwritten instead.</summary>
    /// <param name="loss">The loss, with targets for every example of the last batch.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="InvalidOperationException">There was no forward pass since the last backward pass: each backward pass needs one of
    /// its own.</exception>
    /// <exception cref="ArgumentException">The targets do not fit the batch, or a label is outside [0, classes).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float Backward(Loss loss)
    {
        CheckBackward();
        CheckTargets(loss, _batch);
        using DeviceScope scope = Device.Enter();
        LoadTargets(loss);
        RunBackward(loss, LossMemory);
        LastLoss = ReadLoss(loss);
        return LastLoss;
    }

    /// <summary>Sets all gradients to zero.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void ZeroGradients()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _gradientsAreZero = true;
        _overwriteGradients = true;
        HasGradients = false;
    }

    /// <summary>Frees the model's memory. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _weights.Dispose();
            _gradients.Dispose();
            _buffers.Dispose();
            _activations.Dispose();
            _targets.Dispose();
            _scalars.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>The layers' forward passes in order; written by the generator.</summary>
    /// <param name="pass">What it works on.</param>
    protected abstract void ForwardCore(in PassContext pass);

    /// <summary>The layers' backward passes in reverse order, from the output's gradient; written by the generator.</summary>
    /// <param name="pass">What it works on.</param>
    protected abstract void BackwardCore(in PassContext pass);

    internal Span<float> HostSpan(DevicePointer<float> pointer, int count)
    {
        if (!Device.IsHostAccessible)
        {
            throw new InvalidOperationException($"The memory of {Device.Name} cannot be read through a span; use Read, Write and ReadGradients.");
        }

        unsafe
        {
            return new Span<float>(pointer.ToPointer(), count);
        }
    }

    /// <summary>Makes gradients that only count as zero really zero, before somebody looks at them or writes to them.</summary>
    internal void MaterializeGradients()
    {
        if (_gradientsAreZero)
        {
            using DeviceScope scope = Device.Enter();
            Device.Kernels.Fill(Layout.ArenaCount, 0, GradientMemory);
            _gradientsAreZero = false;
            _overwriteGradients = false;
            HasGradients = true;
        }
    }

    /// <summary>Lets the next backward pass overwrite the gradients, which stay readable until then.</summary>
    internal void ReleaseGradients()
    {
        _overwriteGradients = true;
        HasGradients = false;
    }

    private DevicePointer<double> LossMemory => _scalars.Pointer<double>();

    internal ReadOnlySpan<float> ReadOutput()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_hasForward)
        {
            throw new InvalidOperationException("There is no output before the first forward pass.");
        }

        int count = _batch * OutputShape.Count;
        if (Device.IsHostAccessible)
        {
            return HostSpan(OutputMemory, count);
        }

        _hostOutput ??= new float[BatchSize * OutputShape.Count];
        if (!_hostOutputIsCurrent)
        {
            Device.Download(OutputMemory, _hostOutput.AsSpan(0, count));
            _hostOutputIsCurrent = true;
        }

        return _hostOutput.AsSpan(0, count);
    }

    private long BytesOfAnExample => (Layout.ActivationCount + Math.Max(1, Layout.OutputShape.Count)) * sizeof(float);

    /// <summary>The largest batch with which a model like this one would leave so much memory for others.</summary>
    /// <param name="bytes">What is to be left.</param>
    /// <returns>The batch, 0 where none would do; null where the device does not say what is free.</returns>
    internal long? BatchThatLeaves(long bytes) =>
        Device.FreeBytes is long free ? Math.Max(0, BatchSize - ((Math.Max(0, bytes - free) + BytesOfAnExample - 1) / BytesOfAnExample)) : null;

    // What was taken before the memory ran out counts as free: it is given back.
    private long? BatchThatFits()
    {
        if (Device.FreeBytes is not long free)
        {
            return null;
        }

        long taken = (_weights?.ByteCount ?? 0) + (_gradients?.ByteCount ?? 0) + (_buffers?.ByteCount ?? 0) + (_activations?.ByteCount ?? 0)
            + (_targets?.ByteCount ?? 0) + (_scalars?.ByteCount ?? 0);
        long once = (((2L * Layout.ArenaCount) + Layout.BufferCount) * sizeof(float)) + (ScalarCount * sizeof(double));
        return Math.Max(0, (free + taken - once) / BytesOfAnExample);
    }

    private PassContext Context(bool training) => new(
        Device.Kernels,
        _batch,
        BatchSize,
        WeightMemory,
        GradientMemory,
        _activations.Pointer<float>(),
        BufferMemory,
        training,
        UpdateStatistics: training && (!InPerturbedPass || UpdateStatisticsInBothPasses),
        Accumulate: !_overwriteGradients,
        Seed,
        StepNumber)
    {
        Needed = Needs,
        FirstExample = FirstExample,
        RenewalShare = _renewalShare,
    };
}
