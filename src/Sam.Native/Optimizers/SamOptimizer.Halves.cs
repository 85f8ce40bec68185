namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private StepMode _mode;
    private bool _inStep;
    private bool _moved;
    private bool _hasFirst;
    private int _ascents;
    private StepOutline _outline;
    private StepMark _mark;

    // Whether all of the base optimizer's update is in the device's queue.
    private bool _isUpdated;

    // Whether the running statistics that the step began with are kept.
    private bool _hasSavedBuffers;

    /// <summary>Whether the step that was begun has ascent steps left: <see cref="FirstStep"/> is called again, with a new gradient. Always
    /// false with one
    /// ascent step.</summary>
    public bool NeedsAscent => _inStep && _mode == StepMode.Full && !IsKnownSkipped && _ascents < Perturbation.InnerSteps;

    /// <summary>First half of a step: takes the gradient there is, saves the weights and moves them to the worst point of the
    /// ball.</summary>
    /// <remarks>Afterwards compute the second gradient (Forward, Backward) and call <see cref="SecondStep"/>. With several ascent steps it
    /// is called once for
    /// each, with a gradient before each. In a step that takes one gradient (no perturbation, between SAM steps) it moves nothing, and
    /// SecondStep needs no
    /// second gradient. For MSAM it is called before the one gradient. A gradient that is not finite leaves the weights where they are;
    /// <see cref="SecondStep"/> then reports the step as skipped.</remarks>
    /// <exception cref="InvalidOperationException">There is no gradient, or the first half was already done: the message says the
    /// order.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public void FirstStep()
    {
        bool more = NeedsAscent;
        if (!more)
        {
            CheckCleanPhase(nameof(FirstStep));
            CheckTakesClosures(nameof(FirstStep));
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        using DeviceScope scope = Model.Device.Enter();
        bool needsGradient = more || Perturbation.Direction != PerturbationDirection.Momentum;
        if (needsGradient && !Model.HasGradients)
        {
            throw new InvalidOperationException($"FirstStep needs the gradient of a backward pass since the last step, and there is none; {Order}.");
        }

        try
        {
            if (!more)
            {
                BeginStep();
                _outline.HasHostLosses = true;
                _outline.FirstLoss = needsGradient ? Model.LastLoss : float.NaN;
                _outline.SecondLoss = float.NaN;
            }

            if (_mode == StepMode.Momentum)
            {
                PerturbAlongMomentum();
            }
            else if (needsGradient)
            {
                TakeFirst(mayBeReplaced: true);
            }
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    /// <summary>Second half of a step: restores the weights and updates them with the second gradient.</summary>
    /// <returns>What the step saw.</returns>
    /// <exception cref="InvalidOperationException">The first half was not done, or not as often as there are ascent steps: the message says
    /// the order.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult SecondStep()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectDisposedException.ThrowIf(Model.IsDisposed, Model);
        if (!_inStep)
        {
            throw new InvalidOperationException($"SecondStep was called before FirstStep; {Order}.");
        }

        if (NeedsAscent)
        {
            throw new InvalidOperationException($"The perturbation has {Perturbation.InnerSteps} ascent steps: FirstStep is called for each, {_ascents} were made; {Order}.");
        }

        using DeviceScope scope = Model.Device.Enter();
        _outline.SecondLoss = IsKnownSkipped || !Model.HasGradients ? float.NaN : Model.LastLoss;
        if (!_hasFirst && _mode == StepMode.Single)
        {
            _outline.FirstLoss = _outline.SecondLoss;
        }

        try
        {
            return TakeSecond();
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    private void CheckCleanPhase(string method)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectDisposedException.ThrowIf(Model.IsDisposed, Model);
        if (_inStep)
        {
            throw new InvalidOperationException($"{method} was called between FirstStep and SecondStep; {Order}.");
        }

        if (Model.InPerturbedPass || Model.HasMovedWeights)
        {
            throw new InvalidOperationException($"{method} was called while another optimizer has this model's weights perturbed; finish that step with its SecondStep.");
        }

        if (_averageIsIn)
        {
            throw new InvalidOperationException($"{method} was called while the model holds the average weights; call SwapAverage first.");
        }
    }

    private void CheckTakesClosures(string method)
    {
        if (Perturbation.DataFraction < 1 || (Options.MicroBatch > 0 && Options.PerturbsEachMicroBatch))
        {
            throw new InvalidOperationException($"m-sharpness and a part of the batch need the batch itself: call Step with input and loss instead of {method}.");
        }
    }

    // Schedules, and what kind of step this is. Both count updates, so that a skipped step is made again as it would have been.
    private void BeginStep()
    {
        if (!_isRecorded)
        {
            SettleAll();
            _mark = Mark();
        }

        _ascents = 0;
        _moved = false;
        _hasFirst = false;
        _isUpdated = false;
        _hasSavedBuffers = false;
        _inStep = true;
        long update = BaseOptimizer.SubmittedUpdates;
        if (Options.LearningRate is Schedule rate)
        {
            BaseOptimizer.LearningRate = (float)rate.Value(update, double.NaN);
        }

        _rho = RhoAt(update);
        _mode = ModeOf(update);
        float sign = _mode == StepMode.Momentum ? -1 : 1;
        bool proportional = Perturbation.Scaling == PerturbationScaling.Proportional;
        int scaled = proportional ? PerturbGroup.ScaledAfter : PerturbGroup.Scaled;
        for (int i = 0; i < _perturbGroups.Length; i++)
        {
            float radius = sign * _rho * Stretch * _plan.RhoFactors[i] / Perturbation.InnerSteps;
            _perturbGroups[i] = new PerturbGroup(radius, Perturbation.Eta, _plan.IsAdaptive[i] ? scaled : PerturbGroup.Unscaled);

            // Otherwise both are one array.
            if (proportional) _measuredGroups[i] = new PerturbGroup(radius, Perturbation.Eta, PerturbGroup.Unscaled);
        }

        if (_buffers is not null)
        {
            Model.Device.Kernels.Copy(Model.Layout.BufferCount, Model.BufferMemory, _buffers.Pointer<float>());
            _hasSavedBuffers = true;
        }

        AskForFirst();
        _friendlyMoved = false;
        _piece = 0;
        _decayShare = 1;
        _outline = new StepOutline
        {
            Mode = _mode,
            Pieces = 1,
            Batch = 1,
            PieceBatch = 1,
            MeasuresGradient = Perturbation.Direction is PerturbationDirection.Friendly or PerturbationDirection.Random,
            FirstMeasured = Perturbation.InnerSteps > 1 && _mode != StepMode.Still ? StepRecord.FirstMeasured : StepRecord.Measured,
            Rho = _rho * Stretch,
            LossDecay = Options.LossDecay,
            Tensors = _mode is StepMode.Single or StepMode.Still ? 1 : 0,
            AveragedBefore = _averaged,
        };
    }

    // What a step does may depend on how the ones before it ended: the kind of step on the number of updates, a loss scale on all of
    // them. Numbers that depend on the updates alone are computed for each count that is possible.
    private int AllowedInFlight =>
        Options.Interval > 1 || Options.Combination.Interval > 1 || Options.LossScaling is not null || Options.Averaging is not null ? 0 : 1;

    // A ball of radius 0 is one point: whatever the direction and however gradients are combined, one pass has all there is to know, and the
    // step is the base optimizer's to the bit. What a variant keeps of earlier steps stays.
    private StepMode ModeOf(long update) => Perturbation.Direction switch
    {
        PerturbationDirection.None => StepMode.Single,
        _ when update % Options.Interval != 0 => StepMode.Single,
        PerturbationDirection.Gradient when RhoAt(update) == 0 => StepMode.Still,
        _ when RhoAt(update) == 0 => StepMode.Single,
        PerturbationDirection.Momentum => StepMode.Momentum,
        _ when update % Options.Combination.Interval != 0 => StepMode.Reuse,
        _ => StepMode.Full,
    };

    private float RhoAt(long update)
    {
        if (Options.Rho is not Schedule rho)
        {
            return _rho;
        }

        // The learning rate is that of a float, as the step has it.
        float rate = Options.LearningRate is Schedule schedule ? (float)schedule.Value(update, double.NaN) : BaseOptimizer.LearningRate;
        return (float)Math.Max(0, rho.Value(update, rate));
    }

    private void EndStep()
    {
        _inStep = false;
        _moved = false;
        Model.InPerturbedPass = false;
        Model.HasMovedWeights = false;
        Model.Needs.Reset();
        Model.ReleaseGradients();
        Model.StepNumber++;
    }

    private void Restore()
    {
        if (_moved)
        {
            Model.Device.Kernels.Restore(_plan.Pieces, Saved, Model.WeightMemory);
        }
    }

    // A step that is given up leaves nothing behind: neither moved weights nor running statistics.
    private void Undo()
    {
        Restore();
        if (_buffers is not null && _hasSavedBuffers)
        {
            Model.Device.Kernels.Copy(Model.Layout.BufferCount, _buffers.Pointer<float>(), Model.BufferMemory);
        }
    }
}
