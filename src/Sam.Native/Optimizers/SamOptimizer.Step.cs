using Sam.Native.Cuda;

namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private DeviceBatch _deviceBatch;

    /// <summary>One step on a batch of a classifier, with the mean softmax cross-entropy of its logits.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to the model's batch size.</param>
    /// <param name="labels">(B), each a class in [0, outputs).</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentException">Input or labels do not fit; the message says what was expected. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(ReadOnlySpan<float> input, ReadOnlySpan<int> labels) => Step(input, Loss.CrossEntropy(labels));

    /// <summary>One step on a batch of a regression, with the mean squared error of its outputs.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to the model's batch size.</param>
    /// <param name="targets">(B, output shape), row-major.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentException">Input or targets do not fit; the message says what was expected. Nothing was
    /// changed.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(ReadOnlySpan<float> input, ReadOnlySpan<float> targets) => Step(input, Loss.MeanSquaredError(targets));

    /// <summary>One step on a batch with a loss of choice.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to the model's batch size; any number of examples where the options cut
    /// micro-batches.</param>
    /// <param name="loss">The loss with its targets. A custom loss has no use here: its gradient would be that of other outputs in the
    /// second pass.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentException">Input or targets do not fit, or the loss is a custom one. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(ReadOnlySpan<float> input, Loss loss)
    {
        CheckCleanPhase(nameof(Step));
        if (loss.Kind == LossKind.Custom)
        {
            throw new ArgumentException("A custom loss needs its gradient computed anew for the second pass; use Step with a closure.",
                nameof(loss));
        }

        if (Options.MicroBatch > 0)
        {
            int batch = Model.CountExamples(input.Length, nameof(input));
            ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1, nameof(input));
            Model.CheckTargets(loss, batch);
            return StepPieces(input, loss, batch);
        }

        int examples = Model.CheckInput(input.Length);
        Model.CheckTargets(loss, examples);
        return StepBatch(input, loss, examples);
    }

    /// <summary>Makes a step on a batch that lies in the device's memory already, such as one that another library made there, with softmax
    /// cross-entropy.</summary>
    /// <param name="input">(examples, input shape), row-major, in the memory of the model's device. It is read in the device's stream: behind
    /// work that was put there before; other work on it has to be done.</param>
    /// <param name="labels">(examples) class indices. They are not looked at by the host: each must lie in [0, classes).</param>
    /// <param name="examples">Examples, from 1 to <see cref="Sam.Native.Model.BatchSize"/>.</param>
    /// <param name="labelSmoothing">Label smoothing in [0, 1].</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentException">A pointer is null, or the number of examples does not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">A step is between its halves, or the options cut the batch, which needs it on the
    /// host.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(DevicePointer<float> input, DevicePointer<int> labels, int examples, float labelSmoothing = 0)
    {
        CheckCleanPhase(nameof(Step));
        if (input.IsNull || labels.IsNull)
        {
            throw new ArgumentException("A batch in the device's memory has an address; this one is null.", input.IsNull ? nameof(input) : nameof(labels));
        }

        if (Options.MicroBatch > 0 || _subset is not null)
        {
            throw new InvalidOperationException("Micro-batches and a part of the batch are cut on the host: call Step with spans instead of device pointers.");
        }

        Loss loss = Loss.CrossEntropy([], labelSmoothing);
        int count = Model.CheckInput(checked(examples * Model.InputShape.Count)) * Model.InputShape.Count;
        _deviceBatch = new DeviceBatch(input, labels, count, examples);
        try
        {
            return StepBatch([], loss, examples);
        }
        finally
        {
            _deviceBatch = default;
        }
    }

    /// <summary>One step with a closure, as torch's optimizers take it: called once at the weights and once at the perturbed
    /// weights.</summary>
    /// <param name="closure">Runs Forward and Backward on the model and returns the loss.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentNullException">The closure is null.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep, or the closure computed no
    /// gradient.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    /// <remarks>Gradients are cleared before each call. An exception of the closure reaches the caller after the weights were
    /// restored.</remarks>
    public StepResult Step(Func<float> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        DelegateClosure invoked = new(closure);
        return Step(ref invoked);
    }

    /// <summary>One step with a struct as closure, which allocates nothing.</summary>
    /// <typeparam name="TClosure">The struct.</typeparam>
    /// <param name="closure">Runs Forward and Backward on the model and returns the loss; called once at the weights and once at the
    /// perturbed weights.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep, or the closure computed no
    /// gradient.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    /// <remarks>Gradients are cleared before each call. An exception of the closure reaches the caller after the weights were
    /// restored.</remarks>
    public StepResult Step<TClosure>(ref TClosure closure)
        where TClosure : struct, IStepClosure, allows ref struct
    {
        CheckCleanPhase(nameof(Step));
        CheckTakesClosures(nameof(Step));
        using DeviceScope scope = Model.Device.Enter();
        try
        {
            BeginStep();
            Model.ReleaseGradients();
            _outline.HasHostLosses = true;
            _outline.FirstLoss = float.NaN;
            _outline.SecondLoss = float.NaN;
            if (_mode == StepMode.Momentum)
            {
                PerturbAlongMomentum();
                _outline.SecondLoss = closure.Invoke();
                return TakeSecond();
            }

            _outline.FirstLoss = closure.Invoke();
            if (!Model.HasGradients)
            {
                throw new InvalidOperationException("The closure computed no gradient; it calls Forward and Backward on the model and returns the loss.");
            }

            TakeFirst();
            while (_mode == StepMode.Full && !IsKnownSkipped && _ascents < Perturbation.InnerSteps)
            {
                closure.Invoke();
                TakeFirst();
            }

            if (_mode == StepMode.Full && !IsKnownSkipped)
            {
                _outline.SecondLoss = closure.Invoke();
            }

            return TakeSecond();
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    private StepResult StepBatch(ReadOnlySpan<float> input, Loss loss, int examples)
    {
        using DeviceScope scope = Model.Device.Enter();
        if (_graphs is not null && _subset is null && !ChoosesFirst)
        {
            return StepByGraph(_graphs, input, loss, examples);
        }

        LoadBatch(input, loss, examples);
        return RunBatch(input, loss, examples);
    }

    private void LoadBatch(ReadOnlySpan<float> input, Loss loss, int examples)
    {
        if (!_deviceBatch.IsGiven)
        {
            Model.LoadInput(input);
            Model.LoadTargets(loss);
            return;
        }

        // Labels are copied as what they are, 4 bytes each.
        DeviceKernels kernels = Model.Device.Kernels;
        Model.ExpectInput(examples);
        kernels.Copy(_deviceBatch.InputCount, _deviceBatch.Input, Model.InputMemory);
        kernels.Copy(examples, _deviceBatch.Labels.Cast<float>(), Model.TargetMemory);
    }

    /// <summary>A step on the batch that was loaded.</summary>
    private StepResult RunBatch(ReadOnlySpan<float> input, Loss loss, int examples)
    {
        DevicePointer<double> firstLoss = _record.Piece(0, StepRecord.FirstLoss), secondLoss = _record.Piece(0, StepRecord.SecondLoss);
        try
        {
            BeginStep();
            Model.ReleaseGradients();
            if (_mode == StepMode.Momentum)
            {
                PerturbAlongMomentum();
                Model.RunForward();
                Model.RunBackward(loss, secondLoss);
                return TakeSecond();
            }

            Model.RunForward();
            if (_mode == StepMode.Full && _subset is not null)
            {
                _subset.RememberLosses(loss, examples);
            }

            Model.RunBackward(loss, firstLoss);
            TakeFirst();
            while (_mode == StepMode.Full && !IsKnownSkipped && _ascents < Perturbation.InnerSteps)
            {
                Model.RunForward();
                Model.RunBackward(loss, secondLoss);
                TakeFirst();
            }

            if (_mode == StepMode.Full && !IsKnownSkipped)
            {
                Model.RunForward();
                if (_subset is not null)
                {
                    loss = _subset.Choose(input, loss, examples, Perturbation.DataFraction);
                    Model.RunForward();
                }

                Model.RunBackward(loss, secondLoss);
            }

            return TakeSecond();
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    // After an exception in a step: as if the step had not been begun, or, where the update is in the weights already, as if it had been made
    // without a result.
    private void Abandon()
    {
        if (!_inStep)
        {
            return;
        }

        // Of a step that is recorded nothing was launched.
        bool isDone = false;
        try
        {
            if (!_isRecorded)
            {
                StepState state = _record.ReadState();
                isDone = _isUpdated && state.Gate == 0;
                if (!isDone) Undo();
                else state = state with { Updates = state.Updates + 1, FriendlyUpdates = state.FriendlyUpdates + (_friendlyMoved ? 1 : 0) };
                _record.WriteState(state with { Gate = 0 });
            }
        }
        catch (CudaException)
        {
            // The device is lost, weights and all; the exception that led here is the one to report.
        }
        finally
        {
            EndStep();
            if (!isDone && !_isRecorded) TakeBack(_mark);
        }
    }

    private readonly struct DelegateClosure(Func<float> closure) : IStepClosure
    {
        public float Invoke() => closure();
    }
}
