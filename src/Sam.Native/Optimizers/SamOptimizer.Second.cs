namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private float _decayedFirst;
    private float _decayedSecond;
    private long _friendlyUpdates;
    private int _appliedInARow;

    /// <summary>Takes the gradient there is as the second one, restores and updates; ends the step.</summary>
    private StepResult TakeSecond()
    {
        bool oneGradient = _mode is StepMode.Single or StepMode.Reuse;
        bool missing = !oneGradient && !Model.HasGradients;
        if (oneGradient && Model.HasGradients)
        {
            // The halves were called with a gradient between them: it is the one that counts.
            PrepareGradient(ClippedGradients.Second, ref _decayedSecond);
        }
        else if (!oneGradient && !_skip && !missing)
        {
            PrepareGradient(ClippedGradients.Second, ref _decayedSecond);
        }

        bool applied = !_skip && !missing && Apply(Model.GradientMemory, _kept?.Pointer<float>() ?? default);
        return Finish(applied);
    }

    private StepResult Finish(bool applied)
    {
        if (applied)
        {
            AcceptDirections();
            UpdateAverage();
        }
        else
        {
            Undo();
            _result = _result with { Skipped = true };
        }

        if (_mode == StepMode.Momentum)
        {
            _result = _result with { GradientNorm = _result.PerturbedGradientNorm };
        }

        UpdateLossScale(applied);
        EndStep();
        return _result;
    }

    /// <summary>Combines the gradients and updates the weights with them; false where they are not finite, and nothing was
    /// changed.</summary>
    private bool Apply(DevicePointer<float> gradient, DevicePointer<float> first)
    {
        Combination combination = Options.Combination;
        DeviceKernels kernels = Model.Device.Kernels;
        bool combines = _mode == StepMode.Reuse || (_mode == StepMode.Full && combination.Kind != CombinationKind.Plain);
        bool byTensor = combines && combination.IsByTensor;
        ArenaPieces pieces = byTensor ? _plan.TensorPieces : _plan.Pieces;
        float limit = Options.Clipping is { IsByNorm: true } clipping && clipping.AppliesTo(ClippedGradients.Second) ? clipping.Limit : 0;
        if (!combines)
        {
            double squares = SumOfSquares(gradient);
            if (!Accept(squares, squares))
            {
                return false;
            }

            if (limit > 0)
            {
                kernels.Evaluate(new ScalarProgram(ScalarKind.Plain, 1, Limit: limit), _scratch.Sums, _scratch.Coefficients);
            }

            Update(pieces, gradient, default, limit > 0 ? _scratch.Coefficients : default, separateTail: false);
            return true;
        }

        if (_mode == StepMode.Reuse)
        {
            if (limit > 0)
            {
                SumOfSquares(gradient);
                kernels.Evaluate(new ScalarProgram(ScalarKind.Plain, 1, Limit: limit), _scratch.Sums, _scratch.Coefficients);
                kernels.Combine(_plan.Pieces, gradient, default, _scratch.Coefficients, gradient);
            }

            DevicePointer<float> look = _look!.Pointer<float>();
            kernels.Products(pieces, gradient, look, _scratch.Sums);
            if (!AcceptProducts(pieces.TensorCount, reuse: true))
            {
                return false;
            }

            ScalarProgram reuse = new(ScalarKind.ReusedPart, pieces.TensorCount, combination.Alpha, Beta: combination.IsByTensor ? 1e-8f : 0);
            kernels.Evaluate(reuse, _scratch.Sums, _scratch.Coefficients);
            Update(pieces, gradient, look, _scratch.Coefficients, separateTail: false);
            return true;
        }

        kernels.Products(pieces, first, gradient, _scratch.Sums);
        if (!AcceptProducts(pieces.TensorCount, reuse: false))
        {
            return false;
        }

        if (combination.Kind == CombinationKind.Look)
        {
            kernels.Evaluate(new ScalarProgram(ScalarKind.OrthogonalPart, pieces.TensorCount), _scratch.Sums, _scratch.Coefficients);
            kernels.Combine(pieces, gradient, first, _scratch.Coefficients, _look!.Pointer<float>());
            if (limit > 0)
            {
                SumOfSquares(gradient);
                kernels.Evaluate(new ScalarProgram(ScalarKind.Plain, 1, Limit: limit), _scratch.Sums, _scratch.Coefficients);
            }

            Update(_plan.Pieces, gradient, default, limit > 0 ? _scratch.Coefficients : default, separateTail: false);
            return true;
        }

        ScalarProgram program = new(CombinationProgram(), pieces.TensorCount, combination.Alpha, Limit: limit);
        kernels.Evaluate(program, _scratch.Sums, _scratch.Coefficients);
        Update(pieces, gradient, first, _scratch.Coefficients, separateTail: combination.IsDecoupled);
        return true;
    }

    private ScalarKind CombinationProgram() => Options.Combination switch
    {
        { Kind: CombinationKind.Gap, MinimizesPerturbedLoss: true } => ScalarKind.GapPerturbed,
        { Kind: CombinationKind.Gap } => ScalarKind.GapClean,
        { IsDecoupled: true } => ScalarKind.WeightedDecoupled,
        _ => ScalarKind.WeightedCoupled,
    };

    private bool Accept(double squares, double all)
    {
        _result = _result with { PerturbedGradientNorm = (float)Math.Sqrt(squares) };
        return double.IsFinite(squares) && double.IsFinite(all);
    }

    private bool AcceptProducts(int tensors, bool reuse)
    {
        double first = 0, product = 0, second = 0;
        for (int i = 0; i < tensors; i++)
        {
            first += _scratch.Read(_scratch.Sums + (3 * i));
            product += _scratch.Read(_scratch.Sums + (3 * i) + 1);
            second += _scratch.Read(_scratch.Sums + (3 * i) + 2);
        }

        return Accept(reuse ? first : second, first + product + second);
    }

    private void Update(
        in ArenaPieces pieces, DevicePointer<float> gradient, DevicePointer<float> other, DevicePointer<float> coefficients,
        bool separateTail)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        UpdateArguments arguments = new()
        {
            Gradient = gradient,
            Other = other,
            Coefficients = coefficients,
            Saved = Saved,
            Weights = Model.WeightMemory,
            Slot0 = Slot(0),
            Slot1 = Slot(1),
            Slot2 = Slot(2),
        };
        if (!BaseOptimizer.WorksByTensor)
        {
            BaseOptimizer.Update(Call(pieces, arguments));
            return;
        }

        // Optimizers that work by tensor measure the gradient they are given, so it is mixed first.
        if (separateTail)
        {
            Span<float> mixed = stackalloc float[UpdateArguments.CoefficientCount];
            Model.Device.Download(coefficients, mixed);
            kernels.Combine(pieces, gradient, other, _scratch.Pair(-mixed[3], -mixed[4]), gradient);
            BaseOptimizer.Update(Call(_plan.TensorPieces, arguments with { Gradient = other, Other = default, Coefficients = default }));
            UpdateArguments tail = new() { Gradient = gradient, Saved = Model.WeightMemory, Weights = Model.WeightMemory };
            for (int i = 0; i < _tailRules.Length; i++)
            {
                _tailRules[i] = new SgdRule(new StepScalars(BaseOptimizer.LearningRate * _plan.Updates[i].LearningRateFactor, 0, 1));
            }

            kernels.Update<SgdRule>(_plan.Pieces, tail, _tailRules);
            return;
        }

        if (!coefficients.IsNull)
        {
            kernels.Combine(pieces, gradient, other, coefficients, gradient);
        }

        BaseOptimizer.Update(Call(_plan.TensorPieces, arguments with { Other = default, Coefficients = default }));
    }

    private UpdateCall Call(in ArenaPieces pieces, in UpdateArguments arguments) => new()
    {
        Kernels = Model.Device.Kernels,
        Pieces = pieces,
        Arguments = arguments,
        Groups = _plan.Updates,
        TensorGroups = _plan.TensorGroups,
        Sums = _scratch.BaseSums,
        Coefficients = _scratch.BaseCoefficients,
    };

    private void AcceptDirections()
    {
        if (_friendlyMoved)
        {
            (_friendly, _friendlyNext) = (_friendlyNext, _friendly);
            _friendlyUpdates++;
        }
    }

    /// <summary>The losses of a step, with the decay in the loss.</summary>
    private StepResult WithLosses(StepResult result, float first, float second) => _mode switch
    {
        StepMode.Full => result with { Loss = first + _decayedFirst, PerturbedLoss = second + _decayedSecond },
        StepMode.Momentum => result with { Loss = second + _decayedSecond, PerturbedLoss = second + _decayedSecond },
        _ => result with { Loss = first + _decayedFirst, PerturbedLoss = first + _decayedFirst },
    };

    /// <summary>What happens to each gradient right after its backward pass: unscale, decay in the loss, limits.</summary>
    private void PrepareGradient(ClippedGradients which, ref float decayed)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> gradient = Model.GradientMemory;
        if (LossScale != 1)
        {
            kernels.Combine(_plan.Pieces, gradient, default, _scratch.Pair(1 / LossScale, 0), gradient);
        }

        if (Options.LossDecay > 0)
        {
            decayed = (float)(Options.LossDecay * SumOfSquares(Model.WeightMemory));
            kernels.Combine(_plan.Pieces, gradient, Model.WeightMemory, _scratch.Pair(1, 2 * Options.LossDecay), gradient);
        }

        if (Options.Clipping is not GradientClipping clipping || !clipping.AppliesTo(which))
        {
            return;
        }

        if (!clipping.IsByNorm)
        {
            kernels.Clamp(_plan.Pieces, clipping.Limit, gradient);
        }
        else if (which == ClippedGradients.First && double.IsFinite(SumOfSquares(gradient)))
        {
            kernels.Evaluate(new ScalarProgram(ScalarKind.Plain, 1, Limit: clipping.Limit), _scratch.Sums, _scratch.Coefficients);
            kernels.Combine(_plan.Pieces, gradient, default, _scratch.Coefficients, gradient);
        }
    }

    private void UpdateLossScale(bool applied)
    {
        if (Options.LossScaling is not LossScaling scaling)
        {
            return;
        }

        _appliedInARow = applied ? _appliedInARow + 1 : 0;
        float scale = LossScale;
        if (!applied)
        {
            scale /= scaling.Factor;
        }
        else if (_appliedInARow == scaling.GrowthInterval)
        {
            scale *= scaling.Factor;
            _appliedInARow = 0;
        }

        LossScale = float.IsFinite(scale) && scale > 0 ? scale : LossScale;
        Model.GradientScale = LossScale;
    }
}
