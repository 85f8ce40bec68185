namespace Sam.Native;

public sealed partial class SamOptimizer
{
    /// <summary>What a plain step does beside the gradients and the base optimizer: measure, perturb, restore. For benchmarks; leaves the
    /// model as it was.</summary>
    internal void RunOwnWork()
    {
        CheckCleanPhase(nameof(RunOwnWork));
        using DeviceScope scope = Model.Device.Enter();
        BeginStep();
        DevicePointer<double> measured = _record.Piece(0, StepRecord.Measured);
        bool factors = MeasureDirection(Model.GradientMemory, measured);
        MoveWeights(Model.GradientMemory, measured, save: true, kept: default, factors);
        Restore();
        _inStep = false;
        _moved = false;
        Model.HasMovedWeights = false;
    }
}
