namespace Sam.Native;

/// <summary>The numbers of a <see cref="StepResult"/>.</summary>
internal readonly record struct StepValues(
    float Loss, float PerturbedLoss, float GradientNorm, float PerturbedGradientNorm, float DirectionNorm, float PerturbationNorm, bool Skipped);
