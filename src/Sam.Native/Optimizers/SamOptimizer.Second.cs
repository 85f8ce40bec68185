namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private int _appliedInARow;

    private StepResult TakeSecond()
    {
        bool hasOne = _hasFirst && _mode is not (StepMode.Full or StepMode.Momentum);
        bool missing = !hasOne && !Model.HasGradients && !IsKnownSkipped;
        if (Model.HasGradients && !IsKnownSkipped)
        {
            // In a step of one gradient: the halves were called with a gradient between them, which is the one that counts.
            PrepareGradient(ClippedGradients.Second, StepRecord.SecondDecay);
        }

        if (!missing && !IsKnownSkipped)
        {
            Apply(Model.GradientMemory, _kept?.Pointer<float>() ?? default);
        }

        return Finish(missing);
    }

    /// <summary>Ends the step: what was skipped is taken back, and the result is read, at once or when it is asked for.</summary>
    private StepResult Finish(bool discards)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        if (discards || IsKnownSkipped)
        {
            Undo();
        }
        else
        {
            _isUpdated = true;
            if (_buffers is not null)
            {
                kernels.CopyWhereSkipped(Model.Layout.BufferCount, _buffers.Pointer<float>(), Model.BufferMemory, _record.State);
            }

            UpdateAverage();
        }

        kernels.Commit(new CommitArguments
        {
            State = _record.State,
            RecordCount = _record.Count,
            Discards = discards,
            MovesFriendly = _friendlyMoved,
            Slots = _results.Slots,
            SlotCount = _results.SlotCount,
            SlotStride = _results.SlotStride,
        });
        StepOutline outline = _outline;
        EndStep();
        return _isRehearsal ? default : _results.Submit(outline);
    }

    /// <summary>Updates with the gradient, mixed with the first one as the combination says. A gradient that is not finite closes the gate, and the
    /// base optimizer then restores the weights and nothing else.</summary>
    private void Apply(DevicePointer<float> gradient, DevicePointer<float> first)
    {
        Combination combination = Options.Combination;
        bool combines = _mode == StepMode.Reuse || (_mode == StepMode.Full && combination.Kind != CombinationKind.Plain);
        if (!combines)
        {
            ApplyPlain(gradient);
        }
        else if (_mode == StepMode.Reuse)
        {
            ApplyWithKept(gradient);
        }
        else if (combination.Kind == CombinationKind.Look)
        {
            ApplyAndKeep(gradient, first);
        }
        else
        {
            ApplyCombined(gradient, first);
        }
    }

    private float SecondLimit =>
        Options.Clipping is { IsByNorm: true } clipping && clipping.AppliesTo(ClippedGradients.Second) ? clipping.Limit : 0;

    private void ApplyPlain(DevicePointer<float> gradient)
    {
        Model.Device.Kernels.Products(_plan.Pieces, gradient, default, _record.Sums, _record.State);
        _outline.Tensors = 1;
        _outline.AppliedSum = 0;
        Update(_plan.Pieces, gradient, default, ClipCoefficients(_record.Sums), separateTail: false);
    }

    // LookSAM between its full steps: the kept part of the gradient joins the new one.
    private void ApplyWithKept(DevicePointer<float> gradient)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        Combination combination = Options.Combination;
        ArenaPieces pieces = combination.IsByTensor ? _plan.TensorPieces : _plan.Pieces;
        if (SecondLimit > 0)
        {
            kernels.Products(_plan.Pieces, gradient, default, _record.Sums);
            kernels.Combine(_plan.Pieces, gradient, default, ClipCoefficients(_record.Sums), gradient);
        }

        DevicePointer<float> look = _look!.Pointer<float>();
        kernels.Products(pieces, gradient, look, _record.Sums, _record.State);
        _outline.Tensors = pieces.TensorCount;
        _outline.AppliedSum = 0;
        ScalarProgram reuse = new(ScalarKind.ReusedPart, combination.Alpha, Beta: combination.IsByTensor ? 1e-8f : 0);
        kernels.Evaluate([reuse], pieces.TensorCount, _record.Sums, _scratch.Coefficients);
        Update(pieces, gradient, look, _scratch.Coefficients, separateTail: false);
    }

    private void ApplyAndKeep(DevicePointer<float> gradient, DevicePointer<float> first)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        ArenaPieces pieces = Options.Combination.IsByTensor ? _plan.TensorPieces : _plan.Pieces;
        kernels.Products(pieces, first, gradient, _record.Sums, _record.State);
        _outline.Tensors = pieces.TensorCount;
        _outline.AppliedSum = 2;
        kernels.Evaluate([new ScalarProgram(ScalarKind.OrthogonalPart)], pieces.TensorCount, _record.Sums, _scratch.Coefficients);
        kernels.Combine(pieces, gradient, first, _scratch.Coefficients, _look!.Pointer<float>(), _record.State);
        DevicePointer<float> clip = default;
        if (SecondLimit > 0)
        {
            kernels.Products(_plan.Pieces, gradient, default, _scratch.BaseSums);
            clip = ClipCoefficients(_scratch.BaseSums);
        }

        Update(_plan.Pieces, gradient, default, clip, separateTail: false);
    }

    private void ApplyCombined(DevicePointer<float> gradient, DevicePointer<float> first)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        Combination combination = Options.Combination;
        ArenaPieces pieces = combination.IsByTensor ? _plan.TensorPieces : _plan.Pieces;
        kernels.Products(pieces, first, gradient, _record.Sums, _record.State);
        _outline.Tensors = pieces.TensorCount;
        _outline.AppliedSum = 2;
        ScalarProgram program = new(CombinationProgram(), combination.Alpha, Limit: SecondLimit);
        kernels.Evaluate([program], pieces.TensorCount, _record.Sums, _scratch.Coefficients);
        if (combination.IsDecoupled && BaseOptimizer.WorksByTensor)
        {
            kernels.Evaluate(
                [program with { Kind = ScalarKind.WeightedTail }], pieces.TensorCount, _record.Sums, _scratch.TailCoefficients);
        }

        Update(pieces, gradient, first, _scratch.Coefficients, separateTail: combination.IsDecoupled);
    }

    private DevicePointer<float> ClipCoefficients(DevicePointer<double> squares)
    {
        if (!(SecondLimit > 0))
        {
            return default;
        }

        Model.Device.Kernels.Evaluate([new ScalarProgram(ScalarKind.Plain, Limit: SecondLimit)], 1, squares, _scratch.Coefficients);
        return _scratch.Coefficients;
    }

    private ScalarKind CombinationProgram() => Options.Combination switch
    {
        { Kind: CombinationKind.Gap, MinimizesPerturbedLoss: true } => ScalarKind.GapPerturbed,
        { Kind: CombinationKind.Gap } => ScalarKind.GapClean,
        { IsDecoupled: true } => ScalarKind.WeightedDecoupled,
        _ => ScalarKind.WeightedCoupled,
    };

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
            State = _record.State,
        };
        if (!BaseOptimizer.WorksByTensor)
        {
            BaseOptimizer.Update(Call(pieces, arguments));
            return;
        }

        // Optimizers that work by tensor measure the gradient they are given, so it is mixed first.
        if (separateTail)
        {
            kernels.Combine(pieces, gradient, other, _scratch.TailCoefficients, gradient);
            BaseOptimizer.Update(Call(_plan.TensorPieces, arguments with { Gradient = other, Other = default, Coefficients = default }));
            UpdateArguments tail = new()
            {
                Gradient = gradient,
                Saved = Model.WeightMemory,
                Weights = Model.WeightMemory,
                State = _record.State,
            };
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
        Factored = _factored?.Tensors ?? default,
    };

    private void PrepareGradient(ClippedGradients which, int decaySums)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> gradient = Model.GradientMemory;
        if (ChoosesFirst && which == ClippedGradients.First)
        {
            ClearUnchosen();
        }

        if (_lossScale != 1)
        {
            kernels.Combine(_plan.Pieces, gradient, default, Pair(1 / _lossScale, 0), gradient);
        }

        if (Options.LossDecay > 0)
        {
            kernels.Products(_plan.Pieces, Model.WeightMemory, default, _record.Piece(_piece, decaySums));
            kernels.Combine(_plan.Pieces, gradient, Model.WeightMemory, Pair(1, 2 * Options.LossDecay * _decayShare), gradient);
        }

        if (Options.Clipping is not GradientClipping clipping || !clipping.AppliesTo(which))
        {
            return;
        }

        if (!clipping.IsByNorm)
        {
            kernels.Clamp(_plan.Pieces, clipping.Limit, gradient);
        }
        else if (which == ClippedGradients.First)
        {
            kernels.Products(_plan.Pieces, gradient, default, _record.Sums);
            kernels.Evaluate([new ScalarProgram(ScalarKind.Plain, Limit: clipping.Limit)], 1, _record.Sums, _scratch.Coefficients);
            kernels.Combine(_plan.Pieces, gradient, default, _scratch.Coefficients, gradient);
        }
    }

    /// <summary>Takes in how a step ended, in the order of the steps.</summary>
    /// <param name="state">The state that it left.</param>
    /// <param name="outline">What was known of it.</param>
    /// <param name="inFlight">Later steps that count as applied for now.</param>
    internal void Settle(in StepState state, in StepOutline outline, int inFlight)
    {
        BaseOptimizer.SubmittedUpdates = state.Updates + inFlight;
        if (state.Applied == 0)
        {
            _averaged = outline.AveragedBefore;
        }

        UpdateLossScale(state.Applied != 0);
    }

    /// <summary>Waits until the device is done with every step and takes in how they ended.</summary>
    internal void SettleAll()
    {
        if (_results.InFlight > 0)
        {
            using DeviceScope scope = Model.Device.Enter();
            _results.Settle(0);
        }
    }

    private void UpdateLossScale(bool applied)
    {
        if (Options.LossScaling is not LossScaling scaling)
        {
            return;
        }

        _appliedInARow = applied ? _appliedInARow + 1 : 0;
        float scale = _lossScale;
        if (!applied)
        {
            scale /= scaling.Factor;
        }
        else if (_appliedInARow == scaling.GrowthInterval)
        {
            scale *= scaling.Factor;
            _appliedInARow = 0;
        }

        _lossScale = float.IsFinite(scale) && scale > 0 ? scale : _lossScale;
        Model.GradientScale = _lossScale;
    }
}
