namespace Sam.Native;

/// <summary>Everything that decides which kernels a step calls, apart from what never changes for an optimizer.</summary>
/// <param name="Mode">What kind of step it is.</param>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Loss">Which loss.</param>
/// <param name="LabelSmoothing">Its label smoothing.</param>
/// <param name="Reduction">How examples' losses become one.</param>
/// <param name="Trains">Whether layers are in training mode.</param>
/// <param name="MovesStatisticsTwice">Whether both passes move running statistics.</param>
/// <param name="Scales">Whether losses are scaled.</param>
/// <param name="Averages">Whether the step updates the average of the weights.</param>
internal readonly record struct StepKey(
    StepMode Mode, int Examples, LossKind Loss, float LabelSmoothing, Reduction Reduction, bool Trains, bool MovesStatisticsTwice, bool Scales,
    bool Averages);
