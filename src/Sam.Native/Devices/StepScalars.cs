namespace Sam.Native;

/// <summary>What all base optimizers have in common in one step of one parameter group.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Decay">Coupled weight decay: this times the weights is added to the gradient; 0 leaves it out.</param>
/// <param name="Shrink">Decoupled weight decay: the weights are multiplied by this first; 1 leaves it out.</param>
internal readonly record struct StepScalars(float LearningRate, float Decay, float Shrink);
