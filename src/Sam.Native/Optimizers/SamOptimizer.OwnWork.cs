namespace Sam.Native;

public sealed partial class SamOptimizer
{
    /// <summary>What a plain step does beside the gradients and the base optimizer: measure, perturb, restore. For benchmarks; leaves the
    /// model as it was.</summary>
    internal void RunOwnWork()
    {
        CheckCleanPhase(nameof(RunOwnWork));
        BeginStep();
        Measure(Model.GradientMemory, layerwise: false);
        MoveWeights(Model.GradientMemory, save: true, kept: default, factors: false);
        Restore();
        _inStep = false;
        _moved = false;
        Model.HasMovedWeights = false;
    }
}
