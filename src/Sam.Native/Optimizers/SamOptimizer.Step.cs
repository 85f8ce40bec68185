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
    /// <exception cref="ArgumentException">Input or targets do not fit; the message says what was expected. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(ReadOnlySpan<float> input, ReadOnlySpan<float> targets) => Step(input, Loss.MeanSquaredError(targets));

    /// <summary>One step on a batch with a loss of choice. The input is copied once and both passes read it.</summary>
    /// <param name="input">(B, input shape), row-major, 1 to the model's batch size.</param>
    /// <param name="loss">The loss with its targets. A custom loss has no use here: its gradient would be that of other outputs in the second pass.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentException">Input or targets do not fit, or the loss is a custom one. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public StepResult Step(ReadOnlySpan<float> input, Loss loss)
    {
        CheckCleanPhase(nameof(Step));
        if (loss.Kind == LossKind.Custom)
        {
            throw new ArgumentException("A custom loss needs its gradient computed anew for the second pass; use Step with a closure.", nameof(loss));
        }

        Model.CheckTargets(loss, Model.CheckInput(input.Length));
        Model.LoadInput(input);
        Model.LoadTargets(loss);
        Model.ReleaseGradients();
        Model.RunForward();
        Model.RunBackward(loss, FirstLoss);
        Perturb();
        bool second = !_skip && Perturbation is not NoPerturbation;
        if (second)
        {
            Model.RunForward();
            Model.RunBackward(loss, SecondLoss);
        }

        StepResult result = Update();
        float first = Model.ReadLoss(loss, FirstLoss);
        float perturbed = second ? Model.ReadLoss(loss, SecondLoss) : Perturbation is NoPerturbation ? first : float.NaN;
        return result with { Loss = first, PerturbedLoss = perturbed };
    }

    /// <summary>One step with a closure, as torch's optimizers take it: called once at the weights and once at the perturbed weights.</summary>
    /// <param name="closure">Runs Forward and Backward on the model and returns the loss.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="ArgumentNullException">The closure is null.</exception>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep, or the closure computed no gradient.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    /// <remarks>Gradients are cleared before each call. An exception of the closure reaches the caller after the weights were restored.</remarks>
    public StepResult Step(Func<float> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        DelegateClosure invoked = new(closure);
        return Step(ref invoked);
    }

    /// <summary>One step with a struct as closure, which allocates nothing.</summary>
    /// <typeparam name="TClosure">The struct.</typeparam>
    /// <param name="closure">Runs Forward and Backward on the model and returns the loss; called once at the weights and once at the perturbed weights.</param>
    /// <returns>What the step saw.</returns>
    /// <exception cref="InvalidOperationException">Called between FirstStep and SecondStep, or the closure computed no gradient.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    /// <remarks>Gradients are cleared before each call. An exception of the closure reaches the caller after the weights were restored.</remarks>
    public StepResult Step<TClosure>(ref TClosure closure)
        where TClosure : struct, IStepClosure, allows ref struct
    {
        CheckCleanPhase(nameof(Step));
        Model.ReleaseGradients();
        float first = closure.Invoke();
        if (!Model.HasGradients)
        {
            throw new InvalidOperationException("The closure computed no gradient; it calls Forward and Backward on the model and returns the loss.");
        }

        _result = new StepResult { Loss = first, PerturbedLoss = Perturbation is NoPerturbation ? first : float.NaN };
        Perturb();
        if (!_skip && Perturbation is not NoPerturbation)
        {
            try
            {
                float second = closure.Invoke();
                _result = _result with { PerturbedLoss = second };
            }
            catch
            {
                Restore();
                EndStep();
                throw;
            }
        }

        return Update();
    }

    private readonly struct DelegateClosure(Func<float> closure) : IStepClosure
    {
        public float Invoke() => closure();
    }
}
