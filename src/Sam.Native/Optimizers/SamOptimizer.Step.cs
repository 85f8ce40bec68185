namespace Sam.Native;

public sealed partial class SamOptimizer
{
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
        Model.ReleaseGradients();
        BeginStep();
        _result = NewResult();
        try
        {
            if (_mode == StepMode.Momentum)
            {
                PerturbAlongMomentum();
                float only = closure.Invoke();
                return WithLosses(TakeSecond(), float.NaN, only);
            }

            float first = closure.Invoke();
            if (!Model.HasGradients)
            {
                throw new InvalidOperationException("The closure computed no gradient; it calls Forward and Backward on the model and returns the loss.");
            }

            TakeFirst();
            float second = float.NaN;
            while (_mode == StepMode.Full && !_skip && _ascents < Perturbation.InnerSteps)
            {
                closure.Invoke();
                TakeFirst();
            }

            if (_mode == StepMode.Full && !_skip)
            {
                second = closure.Invoke();
            }

            return WithLosses(TakeSecond(), first, second);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    private static StepResult NewResult() => new() { Loss = float.NaN, PerturbedLoss = float.NaN, DirectionNorm = float.NaN };

    private StepResult StepBatch(ReadOnlySpan<float> input, Loss loss, int examples)
    {
        Model.LoadInput(input);
        Model.LoadTargets(loss);
        Model.ReleaseGradients();
        BeginStep();
        _result = NewResult();
        int batches = 0;
        try
        {
            if (_mode == StepMode.Momentum)
            {
                PerturbAlongMomentum();
                Model.RunForward();
                Model.RunBackward(loss, SecondLoss);
                return WithLosses(TakeSecond(), float.NaN, Model.ReadLoss(loss, SecondLoss));
            }

            Model.RunForward();
            if (_mode == StepMode.Full && _subset is not null)
            {
                _subset.RememberLosses(loss, examples);
            }

            Model.RunBackward(loss, FirstLoss);
            TakeFirst();
            while (_mode == StepMode.Full && !_skip && _ascents < Perturbation.InnerSteps)
            {
                Model.RunForward();
                Model.RunBackward(loss, SecondLoss);
                TakeFirst();
            }

            if (_mode == StepMode.Full && !_skip)
            {
                batches = 1;
                Model.RunForward();
                if (_subset is not null)
                {
                    loss = _subset.Choose(input, loss, examples, Perturbation.DataFraction);
                    Model.RunForward();
                }

                Model.RunBackward(loss, SecondLoss);
            }

            StepResult result = TakeSecond();
            float first = Model.ReadLoss(loss, FirstLoss);
            return WithLosses(result, first, batches > 0 ? Model.ReadLoss(loss, SecondLoss) : float.NaN);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    // After an exception between the passes: as if the step had not been begun.
    private void Abandon()
    {
        if (_inStep)
        {
            Undo();
            EndStep();
        }
    }

    private readonly struct DelegateClosure(Func<float> closure) : IStepClosure
    {
        public float Invoke() => closure();
    }
}
