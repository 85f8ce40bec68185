namespace Sam.Native;

public sealed partial class SamOptimizer
{
    // Streams of random numbers that belong to no layer and to no initial value.
    private const uint NoiseStream = 0x4000_0000;
    private const uint MaskStream = 0x4100_0000;

    private readonly float[] _shares;
    private readonly int[] _isTensorPerturbed;
    private DevicePointer<float> _factorTable;
    private bool _friendlyMoved;
    private int _piece;
    private float _decayShare;

    private DevicePointer<float> Saved => _moved ? _saved!.Pointer<float>() : Model.WeightMemory;

    /// <summary>Whether a sum of this step was not finite, where the host can tell without waiting: what is left of the step then is not
    /// computed. Other devices compute it, and apply nothing of it.</summary>
    private bool IsKnownSkipped
    {
        get
        {
            unsafe
            {
                return Model.Device.IsHostAccessible && _record.State.ToPointer()->Gate != 0;
            }
        }
    }

    /// <summary>Takes the gradient there is as a first one, or as a further ascent step's: measures it and moves the weights.</summary>
    /// <param name="mayBeReplaced">Whether another gradient may come before the update, so that this one is judged by itself.</param>
    private void TakeFirst(bool mayBeReplaced = false)
    {
        _hasFirst = true;
        PrepareGradient(_mode == StepMode.Full ? ClippedGradients.First : ClippedGradients.Second, _ascents == 0 ? StepRecord.FirstDecay : StepRecord.SecondDecay);
        if (_mode == StepMode.Full)
        {
            Ascend(save: !_moved);
            _ascents++;
            if (_ascents == Perturbation.InnerSteps)
            {
                Model.Needs.Set(_trained);
            }
        }
        else if (_mode == StepMode.Still)
        {
            MeasureDirection(Model.GradientMemory, _record.Piece(0, StepRecord.Measured));
        }
        else if (mayBeReplaced)
        {
            Model.Device.Kernels.Products(_plan.Pieces, Model.GradientMemory, default, _record.Sums, _record.State);
        }

        Model.ReleaseGradients();
        Model.InPerturbedPass = true;
    }

    /// <summary>Moves the weights along the gradient. A direction that is not finite leaves them, and closes the step's gate.</summary>
    private void Ascend(bool save)
    {
        DevicePointer<float> gradient = Model.GradientMemory;
        DevicePointer<float> kept = _ascents == 0 && _kept is not null ? _kept.Pointer<float>() : default;
        bool isFirst = _ascents == 0 && Perturbation.InnerSteps > 1;
        DevicePointer<double> measured = _record.Piece(_piece, isFirst ? StepRecord.FirstMeasured : StepRecord.Measured);
        bool turns = Perturbation.Direction is PerturbationDirection.Friendly or PerturbationDirection.Random;
        if (turns)
        {
            TurnGradient(kept, measured);
            kept = default;
        }

        bool factors = !IsKnownSkipped && MeasureDirection(gradient, measured, isMeasured: turns);
        if (!IsKnownSkipped)
        {
            MoveWeights(gradient, measured, save, kept, factors);
        }
    }

    private void PerturbAlongMomentum()
    {
        DevicePointer<float> momentum = Slot(BaseOptimizer.MomentumSlot);
        DevicePointer<double> measured = _record.Piece(_piece, StepRecord.Measured);
        Model.Device.Kernels.Measure(
            _plan.Pieces, Perturbation.Norm, Perturbation.P, _measuredGroups, momentum, Model.WeightMemory, measured);
        MoveWeights(momentum, measured, save: true, kept: default, factors: false);
        _ascents = 1;
        Model.ReleaseGradients();
    }

    private void MoveWeights(
        DevicePointer<float> direction, DevicePointer<double> measured, bool save, DevicePointer<float> kept, bool factors)
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
            Measured = measured,
            Factors = factors ? _factorTable : default,
        };
        Model.Device.Kernels.Perturb(factors ? _plan.TensorPieces : _plan.Pieces, arguments, _perturbGroups);
        _moved = true;
        Model.HasMovedWeights = true;
    }

    // Friendly-SAM's and random directions take the gradient's place, and are measured while they are made.
    private void TurnGradient(DevicePointer<float> kept, DevicePointer<double> measured)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        TurnArguments arguments = new()
        {
            Norm = Perturbation.Norm,
            P = Perturbation.P,
            Gradient = Model.GradientMemory,
            Weights = Model.WeightMemory,
            Kept = kept,
            Squares = _record.Piece(_piece, StepRecord.Gradient),
            Measured = measured,
            State = _record.State,
        };
        if (Perturbation.Direction == PerturbationDirection.Random)
        {
            RandomStream stream = new(Model.Seed, Model.StepNumber, NoiseStream);
            kernels.MeasureNoise(_plan.Pieces, _plan.TensorPieces, arguments, _measuredGroups, stream);
            return;
        }

        kernels.MeasureFriendly(_plan.Pieces, arguments, _measuredGroups, FriendlyNumbers, _friendly!.Pointer<float>(), _friendlyOdd!.Pointer<float>());
        _friendlyMoved = true;
    }

    private FriendlyStep FriendlyNumbers => new(
        Perturbation.Sigma,
        Perturbation.Lambda,
        Perturbation.Average == FriendlyAverage.Paper ? 0 : 1,
        Perturbation.Average == FriendlyAverage.Direction ? 1 : 0);

    private void TurnFriendly(DevicePointer<float> gradient)
    {
        Model.Device.Kernels.FriendlyDirection(
            _plan.Pieces, FriendlyNumbers, gradient, _friendly!.Pointer<float>(), _friendlyOdd!.Pointer<float>(), default, _record.State);
        _friendlyMoved = true;
    }

    // Measures the direction and chooses what each tensor's perturbation is multiplied with: layer-wise scales, and ESAM's choice of tensors.
    private bool MeasureDirection(DevicePointer<float> direction, DevicePointer<double> measured, bool isMeasured = false)
    {
        DeviceKernels kernels = Model.Device.Kernels;
        bool layerwise = Perturbation.Scaling == PerturbationScaling.Layerwise;
        bool choosesTensors = Perturbation.WeightFraction < 1 && !ChoosesFirst;
        if (layerwise || choosesTensors)
        {
            Array.Fill(_shares, 1f);
        }

        if (choosesTensors)
        {
            DrawTensors();
        }

        if (layerwise)
        {
            kernels.Products(_plan.TensorPieces, direction, Model.WeightMemory, _record.Sums);
            kernels.LayerScales(_record.Sums, _isTensorPerturbed, _shares, measured, _scratch.Factors, _record.State);
            _factorTable = _scratch.Factors;
            return true;
        }

        if (!isMeasured)
        {
            kernels.Measure(
                _plan.Pieces, Perturbation.Norm, Perturbation.P, _measuredGroups, direction, Model.WeightMemory, measured, _record.State);
        }

        _factorTable = choosesTensors ? kernels.Constants<float>(_shares) : default;
        return choosesTensors;
    }

    private void DrawTensors()
    {
        float share = Perturbation.WeightFraction;
        RandomStream stream = new(Model.Seed, Model.StepNumber, MaskStream);
        for (int i = 0; i < _shares.Length; i++)
        {
            _shares[i] = Philox.Uniform(stream, i) < share ? 1 / share : 0;
        }
    }

    private DevicePointer<float> Pair(float a, float b) => Model.Device.Kernels.Constants<float>(a, b, 0, 0, 0);
}
