namespace Sam.Native;

public abstract partial class Model
{
    /// <summary>Computes a loss for the last forward pass without any gradient.</summary>
    /// <param name="loss">The loss, with targets for every example of the last batch.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="InvalidOperationException">There was no forward pass since the last backward pass.</exception>
    /// <exception cref="ArgumentException">The targets do not fit the batch, or a label is outside [0, classes).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float ComputeLoss(Loss loss)
    {
        CheckBackward();
        CheckTargets(loss, _batch);
        using DeviceScope scope = Device.Enter();
        LoadTargets(loss);
        RunLoss(loss, LossMemory);
        return ReadLoss(loss);
    }

    /// <summary>Computes the outputs of any number of examples in evaluation mode, a batch at a time.</summary>
    /// <param name="inputs">(N, input shape), row-major.</param>
    /// <returns>The outputs, (N, output shape).</returns>
    /// <exception cref="ArgumentException">The length is not a multiple of the input shape's count, or a batch normalisation without running
    /// statistics gets one value a channel.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <remarks>Batches have <see cref="BatchSize"/> examples, the last one what is left. An example's outputs are the same in any of them,
    /// unless a batch normalisation keeps no running statistics.</remarks>
    public float[] Predict(ReadOnlySpan<float> inputs)
    {
        float[] outputs = new float[CountExamples(inputs.Length, nameof(inputs)) * OutputShape.Count];
        Predict(inputs, outputs);
        return outputs;
    }

    /// <summary>Computes the outputs of any number of examples in evaluation mode, a batch at a time, without allocating.</summary>
    /// <param name="inputs">(N, input shape), row-major.</param>
    /// <param name="outputs">Takes (N, output shape); exactly that long.</param>
    /// <exception cref="ArgumentException">The length of the inputs is not a multiple of the input shape's count, that of the outputs does
    /// not fit it, or a batch normalisation without running statistics gets one value a channel.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <remarks>Batches have <see cref="BatchSize"/> examples, the last one what is left. An example's outputs are the same in any of them,
    /// unless a batch normalisation keeps no running statistics.</remarks>
    public void Predict(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int examples = CountExamples(inputs.Length, nameof(inputs));
        if (outputs.Length != examples * OutputShape.Count)
        {
            throw new ArgumentException(
                $"{examples} examples have {examples * OutputShape.Count} outputs ({examples} times {OutputShape}); {nameof(outputs)} has {outputs.Length}.", nameof(outputs));
        }

        if (examples > 0)
        {
            CheckVariance(((examples - 1) % BatchSize) + 1, training: false, nameof(inputs));
        }

        using DeviceScope scope = Device.Enter();
        bool training = IsTraining;
        IsTraining = false;
        try
        {
            for (int start = 0; start < examples; start += BatchSize)
            {
                int batch = Math.Min(BatchSize, examples - start);
                LoadInput(inputs.Slice(start * InputShape.Count, batch * InputShape.Count));
                RunForward();
                Device.Download(OutputMemory, outputs.Slice(start * OutputShape.Count, batch * OutputShape.Count));
            }
        }
        finally
        {
            IsTraining = training;
            _canRunBackward = false;
        }
    }

    private DevicePointer<float> OutputMemory => _activations.Pointer<float>() + (Layout.OutputOffset * BatchSize);

    private DevicePointer<float> OutputGradientMemory => _activations.Pointer<float>() + (Layout.OutputGradientOffset * BatchSize);

    /// <summary>What backward passes multiply the loss's gradient with: a loss scale, a micro-batch's share. Reported losses do not have
    /// it.</summary>
    internal float GradientScale { get; set; } = 1;

    /// <summary>Which example of the step's batch the first of the next passes is.</summary>
    internal int FirstExample { get; set; }

    /// <summary>Number of examples in an input, which must fit one pass.</summary>
    internal int CheckInput(int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int batch = CountExamples(length, "input");
        if (batch < 1 || batch > BatchSize)
        {
            throw new ArgumentException($"A pass of this {Layout.Name} takes 1 to {BatchSize} examples of {InputShape}; the input has {batch}.", "input");
        }

        CheckVariance(batch, IsTraining, "input");
        return batch;
    }

    private void CheckVariance(int batch, bool training, string argument)
    {
        int minimum = training ? Layout.MinimumTrainingBatch : Layout.MinimumEvaluationBatch;
        if (batch < minimum)
        {
            throw new ArgumentException(
                $"In {(training ? "training" : "evaluation")} a batch normalisation of this {Layout.Name} needs at least {minimum} examples for a variance; the batch has {batch}.",
                argument);
        }
    }

    /// <summary>Copies a batch into the activation block; both passes of a SAM step read it there.</summary>
    internal void LoadInput(ReadOnlySpan<float> input)
    {
        ExpectInput(CheckInput(input.Length));
        Device.Upload(input, InputMemory);
    }

    /// <summary>Takes a batch whose values reach <see cref="InputMemory"/> by other ways.</summary>
    internal void ExpectInput(int examples)
    {
        _batch = examples;
        _canRunBackward = false;
    }

    /// <summary>Where a batch is read.</summary>
    internal DevicePointer<float> InputMemory => _activations.Pointer<float>() + (Layout.InputOffset * BatchSize);

    /// <summary>Where targets are read: labels or floats, 4 bytes each.</summary>
    internal DevicePointer<float> TargetMemory => _targets.Pointer<float>();

    internal void RunForward()
    {
        // What a graph replays is not launched again; the numbers that change from step to step have their own places.
        using DeviceScope scope = Device.Enter();
        if (!Device.IsReplaying)
        {
            ForwardCore(Context(IsTraining));
        }

        _hasForward = true;
        _hostOutputIsCurrent = false;
        _canRunBackward = true;
        _forwardWasTraining = IsTraining;
    }

    internal void CheckTargets(Loss loss, int batch)
    {
        int outputs = OutputShape.Count;
        switch (loss.Kind)
        {
            case LossKind.CrossEntropy:
                if (loss.Labels.Length != batch)
                {
                    throw new ArgumentException($"The batch has {batch} examples; there are {loss.Labels.Length} labels.", "labels");
                }

                int bad = loss.Labels.IndexOfAnyExceptInRange(0, outputs - 1);
                if (bad >= 0)
                {
                    throw new ArgumentException($"Labels are classes from 0 to {outputs - 1}; label {bad} is {loss.Labels[bad]}.", "labels");
                }

                break;
            case LossKind.MeanSquaredError:
            case LossKind.Custom:
                if (loss.Targets.Length != batch * outputs)
                {
                    string what = loss.Kind == LossKind.Custom ? "outputGradient" : "targets";
                    throw new ArgumentException($"The batch has {batch * outputs} outputs ({batch} times {OutputShape}); {what} has {loss.Targets.Length}.", what);
                }

                break;
        }
    }

    internal void LoadTargets(Loss loss)
    {
        switch (loss.Kind)
        {
            case LossKind.CrossEntropy:
                Device.Upload(loss.Labels, _targets.Pointer<int>());
                break;
            case LossKind.MeanSquaredError:
            case LossKind.Custom:
                Device.Upload(loss.Targets, _targets.Pointer<float>());
                break;
        }
    }

    /// <summary>Computes the loss into a scalar slot, then the gradients of all parameters.</summary>
    internal void RunBackward(Loss loss, DevicePointer<double> value)
    {
        using DeviceScope scope = Device.Enter();
        if (!Device.IsReplaying)
        {
            RunLoss(loss, value);
        }

        if (GradientScale != 1)
        {
            Device.Kernels.Scale((long)_batch * OutputShape.Count, GradientScale, OutputGradientMemory);
        }

        if (!Device.IsReplaying)
        {
            BackwardCore(Context(_forwardWasTraining));
        }

        _canRunBackward = false;
        _gradientsAreZero = false;
        _overwriteGradients = false;
        HasGradients = true;
    }

    private float ReadLoss(Loss loss)
    {
        if (loss.Kind == LossKind.Custom)
        {
            return loss.Value;
        }

        Span<double> value = stackalloc double[1];
        Device.Download(LossMemory, value);
        return (float)value[0];
    }

    private void RunLoss(Loss loss, DevicePointer<double> value)
    {
        DeviceKernels kernels = Device.Kernels;
        int outputs = OutputShape.Count;
        long count = (long)_batch * outputs;
        switch (loss.Kind)
        {
            case LossKind.CrossEntropy:
                kernels.SoftmaxCrossEntropy(
                    _batch, outputs, OutputMemory, _targets.Pointer<int>(), loss.LabelSmoothing, loss.Reduction, OutputGradientMemory, value);
                break;
            case LossKind.MeanSquaredError:
                kernels.SquaredError(count, OutputMemory, _targets.Pointer<float>(), loss.Reduction, OutputGradientMemory, value);
                break;
            case LossKind.Sum:
                kernels.Sum(count, OutputMemory, value);
                kernels.Fill(count, 1, OutputGradientMemory);
                break;
            case LossKind.Custom:
                kernels.Copy(count, _targets.Pointer<float>(), OutputGradientMemory);
                break;
        }
    }

    private void CheckBackward()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_canRunBackward)
        {
            throw new InvalidOperationException(
                _hasForward
                    ? "There was no forward pass since the last backward pass or prediction; call Forward before Backward."
                    : "There was no forward pass; call Forward before Backward.");
        }
    }

    internal int CountExamples(int length, string argument)
    {
        int count = InputShape.Count;
        return length % count == 0
            ? length / count
            : throw new ArgumentException($"An example is {InputShape}, {count} values; {argument} has {length}, which is not a multiple of that.", argument);
    }
}
