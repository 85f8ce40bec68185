namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private StepMode _mode;
    private bool _inStep;
    private bool _moved;
    private bool _skip;
    private int _ascents;
    private StepResult _result;

    /// <summary>Whether the step that was begun has ascent steps left: <see cref="FirstStep"/> is called again, with a new gradient. Always
    /// false with one
    /// ascent step.</summary>
    public bool NeedsAscent => _inStep && _mode == StepMode.Full && !_skip && _ascents < Perturbation.InnerSteps;

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
        bool needsGradient = more || Perturbation.Direction != PerturbationDirection.Momentum;
        if (needsGradient && !Model.HasGradients)
        {
            throw new InvalidOperationException($"FirstStep needs the gradient of a backward pass since the last step, and there is none; {Order}.");
        }

        if (!more)
        {
            BeginStep();
            _result = new StepResult
            {
                Loss = needsGradient ? Model.LastLoss : float.NaN,
                PerturbedLoss = float.NaN,
                DirectionNorm = float.NaN
            };
        }

        if (_mode == StepMode.Momentum)
        {
            PerturbAlongMomentum();
        }
        else
        {
            TakeFirst();
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

        float second = _skip || !Model.HasGradients ? float.NaN : Model.LastLoss;
        float first = _result.Loss;
        return WithLosses(TakeSecond(), first, second);
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
        long update = BaseOptimizer.UpdateCount;
        if (Options.LearningRate is Schedule rate)
        {
            BaseOptimizer.LearningRate = (float)rate.Value(update, double.NaN);
        }

        if (Options.Rho is Schedule rho)
        {
            _rho = (float)Math.Max(0, rho.Value(update, BaseOptimizer.LearningRate));
        }

        _mode = Perturbation.Direction switch
        {
            PerturbationDirection.None => StepMode.Single,
            _ when update % Options.Interval != 0 => StepMode.Single,
            PerturbationDirection.Momentum => StepMode.Momentum,
            _ when update % Options.Combination.Interval != 0 => StepMode.Reuse,
            _ => StepMode.Full,
        };
        float sign = _mode == StepMode.Momentum ? -1 : 1;
        for (int i = 0; i < _perturbGroups.Length; i++)
        {
            float radius = sign * _rho * _plan.RhoFactors[i] / Perturbation.InnerSteps;
            _perturbGroups[i] = new PerturbGroup(radius, Perturbation.Eta, _plan.IsAdaptive[i] ? 1 : 0);
        }

        if (_buffers is not null)
        {
            Model.Device.Kernels.Copy(Model.Layout.BufferCount, Model.BufferMemory, _buffers.Pointer<float>());
        }

        _ascents = 0;
        _skip = false;
        _moved = false;
        _inStep = true;
        _friendlyMoved = false;
        _decayedFirst = 0;
        _decayedSecond = 0;
    }

    private void EndStep()
    {
        _inStep = false;
        _moved = false;
        _skip = false;
        Model.InPerturbedPass = false;
        Model.HasMovedWeights = false;
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
        if (_buffers is not null)
        {
            Model.Device.Kernels.Copy(Model.Layout.BufferCount, _buffers.Pointer<float>(), Model.BufferMemory);
        }
    }
}
