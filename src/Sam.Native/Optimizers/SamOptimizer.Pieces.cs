namespace Sam.Native;

public sealed partial class SamOptimizer
{
    /// <summary>A step on a batch that is cut into micro-batches.</summary>
    private StepResult StepPieces(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        Model.ReleaseGradients();
        BeginStep();
        _result = NewResult();
        try
        {
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
            Model.GradientScale = LossScale;
        }
    }

    /// <summary>Gradient accumulation: one perturbation for the whole batch.</summary>
    private StepResult Accumulated(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        if (_mode == StepMode.Momentum)
        {
            PerturbAlongMomentum();
            float only = RunPieces(input, loss, batch, SecondLoss);
            return WithLosses(TakeSecond(), float.NaN, only);
        }

        float first = RunPieces(input, loss, batch, FirstLoss);
        TakeFirst();
        while (_mode == StepMode.Full && !_skip && _ascents < Perturbation.InnerSteps)
        {
            RunPieces(input, loss, batch, SecondLoss);
            TakeFirst();
        }

        float second = _mode == StepMode.Full && !_skip ? RunPieces(input, loss, batch, SecondLoss) : float.NaN;
        return WithLosses(TakeSecond(), first, second);
    }

    /// <summary>m-sharpness: a perturbation for each piece, from the same weights; the mean of the second gradients updates.</summary>
    private StepResult EachPiece(ReadOnlySpan<float> input, Loss loss, int batch)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> accumulated = _accumulated!.Pointer<float>();
        bool isGap = Options.Combination.Kind == CombinationKind.Gap;
        double first = 0, second = 0, norms = 0, directions = 0, decayedFirst = 0, decayedSecond = 0;
        for (int start = 0; start < batch && !_skip; start += Options.MicroBatch)
        {
            int count = Math.Min(Options.MicroBatch, batch - start);
            double share = count / (double)batch;
            float weight = loss.Reduction == Reduction.Mean ? (float)share : 1;
            if (_moved)
            {
                Restore();
            }

            _ascents = 0;
            Model.InPerturbedPass = false;
            Model.GradientScale = LossScale;
            first += weight * LoadAndRun(input, loss, start, count, FirstLoss);
            TakeFirst();
            while (!_skip && _ascents < Perturbation.InnerSteps)
            {
                Run(loss, start, count, SecondLoss);
                TakeFirst();
            }

            norms += share * _result.GradientNorm;
            directions += share * _result.DirectionNorm;
            decayedFirst += share * _decayedFirst;
            if (_skip)
            {
                break;
            }

            second += weight * Run(loss, start, count, SecondLoss);
            PrepareGradient(ClippedGradients.Second, ref _decayedSecond);
            decayedSecond += share * _decayedSecond;
            DevicePointer<float> gradient = Model.GradientMemory;
            if (isGap)
            {
                // The surrogate gap is not linear in the gradients: each piece's is taken apart before the mean, as the authors do for each worker.
                kernels.Products(_plan.Pieces, _kept!.Pointer<float>(), gradient, _scratch.Sums);
                ScalarProgram program = new(CombinationProgram(), 1, Options.Combination.Alpha);
                kernels.Evaluate(program, _scratch.Sums, _scratch.Coefficients);
                kernels.Combine(_plan.Pieces, gradient, _kept.Pointer<float>(), _scratch.Coefficients, gradient);
            }

            DevicePointer<float> pair = _scratch.Pair(weight, start == 0 ? 0 : 1);
            if (_accumulatedFirst is not null)
            {
                DevicePointer<float> mean = _accumulatedFirst.Pointer<float>();
                kernels.Combine(_plan.Pieces, _kept!.Pointer<float>(), mean, pair, mean);
            }

            kernels.Combine(_plan.Pieces, gradient, accumulated, pair, accumulated);
            Model.ReleaseGradients();
        }

        _decayedFirst = (float)decayedFirst;
        _decayedSecond = (float)decayedSecond;
        _result = _result with { GradientNorm = (float)norms, DirectionNorm = (float)directions };
        bool applied = !_skip && (_accumulatedFirst is null ? ApplyMean(accumulated) : Apply(accumulated, _accumulatedFirst.Pointer<float>()));
        return WithLosses(Finish(applied), (float)first, _skip ? float.NaN : (float)second);
    }

    private bool ApplyMean(DevicePointer<float> mean)
    {
        double squares = SumOfSquares(mean);
        if (!Accept(squares, squares))
        {
            return false;
        }

        float limit = Options.Clipping is { IsByNorm: true } clipping && clipping.AppliesTo(ClippedGradients.Second) ? clipping.Limit : 0;
        if (limit > 0)
        {
            Model.Device.Kernels.Evaluate(new ScalarProgram(ScalarKind.Plain, 1, Limit: limit), _scratch.Sums, _scratch.Coefficients);
        }

        Update(_plan.Pieces, mean, default, limit > 0 ? _scratch.Coefficients : default, separateTail: false);
        return true;
    }

    // The gradient of the whole batch, a piece at a time; the model adds the pieces up.
    private float RunPieces(ReadOnlySpan<float> input, Loss loss, int batch, int slot)
    {
        double total = 0;
        for (int start = 0; start < batch; start += Options.MicroBatch)
        {
            int count = Math.Min(Options.MicroBatch, batch - start);
            float weight = loss.Reduction == Reduction.Mean ? (float)(count / (double)batch) : 1;
            Model.GradientScale = LossScale * weight;
            total += weight * LoadAndRun(input, loss, start, count, slot);
        }

        return (float)total;
    }

    private float LoadAndRun(ReadOnlySpan<float> input, Loss loss, int start, int count, int slot)
    {
        int values = Model.InputShape.Count;
        Model.LoadInput(input.Slice(start * values, count * values));
        Model.LoadTargets(loss.Slice(start, count, Model.OutputShape.Count));
        return Run(loss, start, count, slot);
    }

    private float Run(Loss loss, int start, int count, int slot)
    {
        Loss piece = loss.Slice(start, count, Model.OutputShape.Count);
        Model.RunForward();
        Model.RunBackward(piece, slot);
        return Model.ReadLoss(piece, slot);
    }
}
