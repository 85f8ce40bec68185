namespace Sam.Native;

public sealed partial class SamOptimizer
{
    /// <summary>A step on a batch that is cut into micro-batches.</summary>
    private StepResult StepPieces(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        using DeviceScope scope = Model.Device.Enter();
        int pieces = ((batch - 1) / Options.MicroBatch) + 1;
        _record.Reserve(pieces);
        _results.Reserve();
        try
        {
            BeginStep();
            Model.ReleaseGradients();
            _outline.Pieces = pieces;
            _outline.Batch = batch;
            _outline.PieceBatch = Options.MicroBatch;
            _outline.IsMean = loss.Reduction == Reduction.Mean;
            return _mode == StepMode.Full && Options.PerturbsEachMicroBatch ? EachPiece(input, loss, batch)
                : Accumulated(input, loss, batch);
        }
        catch
        {
            Abandon();
            throw;
        }
        finally
        {
            Model.GradientScale = _lossScale;
            Model.FirstExample = 0;
        }
    }

    /// <summary>Gradient accumulation: one perturbation for the whole batch.</summary>
    private StepResult Accumulated(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        if (_mode == StepMode.Momentum)
        {
            PerturbAlongMomentum();
            RunPieces(input, loss, batch, StepRecord.SecondLoss);
            return TakeSecond();
        }

        RunPieces(input, loss, batch, StepRecord.FirstLoss);
        TakeFirst();
        while (_mode == StepMode.Full && !IsKnownSkipped && _ascents < Perturbation.InnerSteps)
        {
            RunPieces(input, loss, batch, StepRecord.SecondLoss);
            TakeFirst();
        }

        if (_mode == StepMode.Full && !IsKnownSkipped)
        {
            RunPieces(input, loss, batch, StepRecord.SecondLoss);
        }

        return TakeSecond();
    }

    /// <summary>m-sharpness: a perturbation for each piece, from the same weights; the mean of the second gradients updates.</summary>
    private StepResult EachPiece(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        DevicePointer<float> accumulated = _accumulated!.Pointer<float>();
        _outline.PerturbsPieces = true;
        for (int start = 0; start < batch && !IsKnownSkipped; start += Options.MicroBatch)
        {
            int count = Math.Min(Options.MicroBatch, batch - start);
            float weight = loss.Reduction == Reduction.Mean ? (float)(count / (double)batch) : 1;
            _piece = start / Options.MicroBatch;

            // Each piece has the decay in its objective; those of a sum have it once together, as the mean's have.
            _decayShare = loss.Reduction == Reduction.Mean ? 1 : (float)(count / (double)batch);
            if (_moved)
            {
                Restore();
            }

            _ascents = 0;
            AskForFirst();
            Model.InPerturbedPass = false;
            Model.GradientScale = _lossScale;
            LoadAndRun(input, loss, start, count, StepRecord.FirstLoss);
            TakeFirst();
            while (!IsKnownSkipped && _ascents < Perturbation.InnerSteps)
            {
                Run(loss, start, count, StepRecord.SecondLoss);
                TakeFirst();
            }

            if (IsKnownSkipped)
            {
                break;
            }

            Run(loss, start, count, StepRecord.SecondLoss);
            PrepareGradient(ClippedGradients.Second, StepRecord.SecondDecay);
            AddPiece(weight, isFirst: start == 0);
            Model.ReleaseGradients();
        }

        if (!IsKnownSkipped)
        {
            if (Options.Combination.NeedsBothMeans)
            {
                Apply(accumulated, _accumulatedFirst!.Pointer<float>());
            }
            else
            {
                ApplyPlain(accumulated);
            }
        }

        if (!IsKnownSkipped && Perturbation.Direction == PerturbationDirection.Friendly)
        {
            MoveFriendlyAverage(loss.Reduction == Reduction.Mean ? 1 : 1f / _outline.Pieces);
        }

        return Finish(discards: false);
    }

    // Every piece turned its gradient by the average of the steps before. That is linear in the gradient, so the mean of the averages that the
    // pieces would leave is the one that their mean gradient leaves, which the direction of it is thrown away for.
    private void MoveFriendlyAverage(float factor)
    {
        DevicePointer<float> mean = _accumulatedFirst!.Pointer<float>();
        if (factor != 1)
        {
            Model.Device.Kernels.Combine(_plan.Pieces, mean, default, Pair(factor, 0), mean);
        }

        TurnFriendly(mean);
    }

    private void AddPiece(float weight, bool isFirst)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> gradient = Model.GradientMemory, accumulated = _accumulated!.Pointer<float>();
        if (Options.Combination.Kind == CombinationKind.Gap)
        {
            // The surrogate gap is not linear in the gradients: each piece's is taken apart before the mean, as the authors do for each worker.
            kernels.Products(_plan.Pieces, _kept!.Pointer<float>(), gradient, _record.Sums);
            ScalarProgram program = new(CombinationProgram(), Options.Combination.Alpha);
            kernels.Evaluate([program], 1, _record.Sums, _scratch.Coefficients);
            kernels.Combine(_plan.Pieces, gradient, _kept.Pointer<float>(), _scratch.Coefficients, gradient);
        }

        DevicePointer<float> pair = Pair(weight, isFirst ? 0 : 1);
        if (_accumulatedFirst is not null)
        {
            DevicePointer<float> mean = _accumulatedFirst.Pointer<float>();
            kernels.Combine(_plan.Pieces, _kept!.Pointer<float>(), mean, pair, mean);
        }

        kernels.Combine(_plan.Pieces, gradient, accumulated, pair, accumulated);
    }

    // The gradient of the whole batch, a piece at a time; the model adds the pieces up.
    private void RunPieces(ReadOnlySpan<float> input, Loss loss, int batch, int slot)
    {
        for (int start = 0; start < batch; start += Options.MicroBatch)
        {
            int count = Math.Min(Options.MicroBatch, batch - start);
            float weight = loss.Reduction == Reduction.Mean ? (float)(count / (double)batch) : 1;
            Model.GradientScale = _lossScale * weight;
            _piece = start / Options.MicroBatch;
            LoadAndRun(input, loss, start, count, slot);
        }

        _piece = 0;
    }

    private void LoadAndRun(ReadOnlySpan<float> input, Loss loss, int start, int count, int slot)
    {
        int values = Model.InputShape.Count;
        Model.LoadInput(input.Slice(start * values, count * values));
        Model.LoadTargets(loss.Slice(start, count, Model.OutputShape.Count));
        Run(loss, start, count, slot);
    }

    private void Run(Loss loss, int start, int count, int slot)
    {
        Model.FirstExample = start;
        Model.RunForward();
        Model.RunBackward(loss.Slice(start, count, Model.OutputShape.Count), _record.Piece(_piece, slot));
    }
}
