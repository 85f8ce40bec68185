namespace Sam.Native;

public sealed partial class SamOptimizer
{
    // Streams of random numbers that belong to no layer and to no initial value.
    private const uint NoiseStream = 0x4000_0000;
    private const uint MaskStream = 0x4100_0000;

    private readonly float[] _factors;
    private readonly float[] _draws;
    private bool _friendlyMoved;

    private DevicePointer<float> Saved => _moved ? _saved!.Pointer<float>() : Model.WeightMemory;

    /// <summary>Takes the gradient there is as a first one, or as a further ascent step's: measures it and moves the weights.</summary>
    private void TakeFirst()
    {
        ClippedGradients which = _mode == StepMode.Full ? ClippedGradients.First : ClippedGradients.Second;
        PrepareGradient(which, ref _decayedFirst);
        if (_mode == StepMode.Full)
        {
            Ascend(save: !_moved);
            _ascents++;
        }
        else
        {
            double squares = SumOfSquares(Model.GradientMemory);
            _skip = !double.IsFinite(squares);
            _result = _result with { GradientNorm = (float)Math.Sqrt(squares), PerturbedGradientNorm = (float)Math.Sqrt(squares) };
        }

        Model.ReleaseGradients();
        Model.InPerturbedPass = true;
    }

    /// <summary>Moves the weights along the gradient. A direction that is not finite skips the step instead.</summary>
    private void Ascend(bool save)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> gradient = Model.GradientMemory;
        DevicePointer<float> kept = _ascents == 0 && _kept is not null ? _kept.Pointer<float>() : default;
        double squares = double.NaN;
        if (Perturbation.Direction is PerturbationDirection.Friendly or PerturbationDirection.Random)
        {
            squares = SumOfSquares(gradient);
            if (!double.IsFinite(squares))
            {
                SkipAtFirst(squares);
                return;
            }

            TurnGradient(kept);
            kept = default;
        }

        Measure(gradient, layerwise: Perturbation.Scaling == PerturbationScaling.Layerwise);
        double sum = _scratch.Read(_scratch.Measured + Native.Measure.Sum);
        double maximum = _scratch.Read(_scratch.Measured + Native.Measure.Maximum);
        if (double.IsNaN(squares))
        {
            squares = _scratch.Read(_scratch.Measured + Native.Measure.Squares);
        }

        if (!double.IsFinite(squares) || !double.IsFinite(sum) || !double.IsFinite(maximum))
        {
            SkipAtFirst(squares);
            return;
        }

        bool factors = ChooseFactors();
        MoveWeights(gradient, save, kept, factors);
        if (_ascents == 0)
        {
            _result = _result with { GradientNorm = (float)Math.Sqrt(squares) };
        }

        _result = _result with { DirectionNorm = (float)DualNorm(sum, maximum), PerturbationNorm = (float)Length(sum) };
    }

    private void PerturbAlongMomentum()
    {
        DevicePointer<float> momentum = Slot(BaseOptimizer.MomentumSlot);
        Measure(momentum, layerwise: false);
        double sum = _scratch.Read(_scratch.Measured + Native.Measure.Sum);
        double maximum = _scratch.Read(_scratch.Measured + Native.Measure.Maximum);
        MoveWeights(momentum, save: true, kept: default, factors: false);
        _ascents = 1;
        _result = _result with { DirectionNorm = (float)DualNorm(sum, maximum), PerturbationNorm = (float)Length(sum) };
        Model.ReleaseGradients();
    }

    private void MoveWeights(DevicePointer<float> direction, bool save, DevicePointer<float> kept, bool factors)
    {
        PerturbArguments arguments = new()
        {
            Norm = Perturbation.Norm,
            P = Perturbation.P,
            Direction = direction,
            Source = Model.WeightMemory,
            Weights = Model.WeightMemory,
            Saved = save ? _saved!.Pointer<float>() : default,
            Kept = kept,
            Measured = _scratch.Measured,
            Factors = factors ? _scratch.Factors : default,
        };
        Model.Device.Kernels.Perturb(factors ? _plan.TensorPieces : _plan.Pieces, arguments, _perturbGroups);
        _moved = true;
        Model.HasMovedWeights = true;
    }

    private void SkipAtFirst(double squares)
    {
        _skip = true;
        float norm = (float)Math.Sqrt(squares);
        _result = _result with
        {
            GradientNorm = _ascents == 0 ? norm : _result.GradientNorm,
            PerturbedGradientNorm = float.NaN,
            DirectionNorm = norm
        };
    }

    // Friendly-SAM's and random directions take the gradient's place.
    private void TurnGradient(DevicePointer<float> kept)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        DevicePointer<float> gradient = Model.GradientMemory;
        if (Perturbation.Direction == PerturbationDirection.Friendly)
        {
            FriendlyStep step = new(
                Perturbation.Sigma,
                Perturbation.Lambda,
                Perturbation.Average == FriendlyAverage.Paper ? 0 : 1,
                Perturbation.Average == FriendlyAverage.Direction ? 1 : 0,
                _friendlyUpdates == 0 ? 1 : 0);
            kernels.FriendlyDirection(_plan.Pieces, step, gradient, _friendly!.Pointer<float>(), _friendlyNext!.Pointer<float>(), kept);
            _friendlyMoved = true;
            return;
        }

        if (!kept.IsNull)
        {
            kernels.Combine(_plan.Pieces, gradient, default, _scratch.Pair(1, 0), kept);
        }

        for (int i = 0; i < Model.Parameters.Count; i++)
        {
            Parameter parameter = Model.Parameters[i];
            if (_plan.TensorGroups[i] >= 0)
            {
                RandomStream stream = new(Model.Seed, Model.StepNumber, NoiseStream + (uint)i);
                kernels.FillNormal(parameter.Count, 0, 1, stream, gradient + parameter.Offset);
            }
        }
    }

    private void Measure(DevicePointer<float> direction, bool layerwise)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        if (!layerwise)
        {
            kernels.Measure(_plan.Pieces, Perturbation.Norm, Perturbation.P, _perturbGroups, direction, Model.WeightMemory,
                _scratch.Measured);
            return;
        }

        int tensors = _factors.Length;
        kernels.Products(_plan.TensorPieces, direction, Model.WeightMemory, _scratch.Sums);
        double sum = 0, squares = 0;
        for (int i = 0; i < tensors; i++)
        {
            double gradientSquares = _scratch.Read(_scratch.Sums + (3 * i));
            double weightSquares = _scratch.Read(_scratch.Sums + (3 * i) + 2);
            int group = _plan.TensorGroups[i];
            squares += gradientSquares;
            sum += group >= 0 && _plan.IsPerturbed[group] ? gradientSquares * weightSquares : 0;
            _factors[i] = (float)weightSquares;
        }

        ReadOnlySpan<double> measured = [sum, 0, squares];
        Model.Device.Upload(measured, _scratch.Measured);
    }

    // What each tensor's perturbation is multiplied with: layer-wise scales, and ESAM's choice of tensors.
    private bool ChooseFactors()
    {
        bool layerwise = Perturbation.Scaling == PerturbationScaling.Layerwise;
        float share = Perturbation.WeightFraction;
        if (!layerwise && share == 1)
        {
            return false;
        }

        if (!layerwise)
        {
            Array.Fill(_factors, 1f);
        }

        if (share < 1)
        {
            Model.Device.Kernels.FillUniform(_factors.Length, 0, 1, new RandomStream(Model.Seed, Model.StepNumber, MaskStream),
                _scratch.Factors);
            Model.Device.Download(_scratch.Factors, _draws);
            for (int i = 0; i < _factors.Length; i++)
            {
                _factors[i] *= _draws[i] < share ? 1 / share : 0;
            }
        }

        Model.Device.Upload<float>(_factors, _scratch.Factors);
        return true;
    }

    private double SumOfSquares(DevicePointer<float> values)
    {
        Model.Device.Kernels.Products(_plan.Pieces, values, default, _scratch.Sums);
        return _scratch.Read(_scratch.Sums);
    }

    private double DualNorm(double sum, double maximum) => Perturbation.Norm switch
    {
        BallNorm.One => maximum,
        BallNorm.Infinity => sum,
        BallNorm.General => sum > 0 ? maximum * PortableMath.Power(sum, 1 - (1 / (double)Perturbation.P)) : 0,
        _ => Math.Sqrt(sum),
    };

    private double Length(double sum) => !(sum > 0) ? 0 : Perturbation.IsNormalized ? _rho : _rho * Math.Sqrt(sum);
}
