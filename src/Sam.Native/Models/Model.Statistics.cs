namespace Sam.Native;

public abstract partial class Model
{
    private const long NotBegun = -1;

    private long _renewed = NotBegun;
    private float _renewalShare;

    /// <summary>Takes the running statistics of batch normalisation anew, for weights they were not gathered with, such as an average's.</summary>
    /// <param name="inputs">(N, input shape), row-major, usually all training examples.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of the input shape's count, there is no example, or the last batch has one value a
    /// channel, which has no variance. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">A step is between its halves.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <remarks>As torch.optim.swa_utils.update_bn: forward passes in training mode over batches of <see cref="BatchSize"/>, the last one what is left;
    /// mean and variance become the plain average of the batches', whatever their sizes and the layers' momentum. The layers behind see each batch
    /// normalised by its own statistics, and dropout drops. Weights, gradients and the step's number stay as they are.</remarks>
    public void RenewStatistics(ReadOnlySpan<float> inputs)
    {
        CheckStatistics(nameof(RenewStatistics));
        int examples = CountExamples(inputs.Length, nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1, nameof(inputs));
        CheckVariance(((examples - 1) % BatchSize) + 1, training: true, nameof(inputs));
        BeginStatistics();
        for (int start = 0; start < examples; start += BatchSize)
        {
            AddToStatistics(inputs.Slice(start * InputShape.Count, Math.Min(BatchSize, examples - start) * InputShape.Count));
        }
    }

    /// <summary>Begins running statistics anew, to be gathered by <see cref="AddToStatistics"/> where the examples do not lie in one piece.</summary>
    /// <exception cref="InvalidOperationException">A step is between its halves.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void BeginStatistics()
    {
        CheckStatistics(nameof(BeginStatistics));
        using DeviceScope scope = Device.Enter();
        foreach (ModelBuffer buffer in _bufferViews)
        {
            buffer.Reset();
        }

        _renewed = 0;
    }

    /// <summary>Takes one batch into the running statistics that <see cref="BeginStatistics"/> began: see <see cref="RenewStatistics"/>. Allocates
    /// nothing.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to <see cref="BatchSize"/> examples.</param>
    /// <exception cref="ArgumentException">The input does not fit, or has one value a channel. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">BeginStatistics was not called, or a step is between its halves.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void AddToStatistics(ReadOnlySpan<float> input)
    {
        CheckStatistics(nameof(AddToStatistics));
        if (_renewed == NotBegun)
        {
            throw new InvalidOperationException("AddToStatistics was called before BeginStatistics, which forgets the statistics of other weights.");
        }

        using DeviceScope scope = Device.Enter();
        bool training = IsTraining;
        ulong step = StepNumber;
        try
        {
            IsTraining = true;
            StepNumber += (ulong)_renewed;
            LoadInput(input);
            _renewalShare = (float)(1 / (_renewed + 1.0));
            RunForward();
            _renewed++;
        }
        finally
        {
            _renewalShare = 0;
            StepNumber = step;
            IsTraining = training;
            _canRunBackward = false;
        }
    }

    private void CheckStatistics(string method)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (InPerturbedPass || HasMovedWeights)
        {
            throw new InvalidOperationException($"{method} was called between FirstStep and SecondStep, where the weights are perturbed.");
        }
    }
}
