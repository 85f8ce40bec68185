namespace Sam.Native;

/// <summary>What the host knows when a step begins, to go back to where the step is given up.</summary>
/// <param name="Submitted">Steps whose results were promised.</param>
/// <param name="Updates">Updates that were submitted.</param>
/// <param name="Averaged">Updates in the average of the weights.</param>
/// <param name="Number">The model's step number, which random numbers are drawn with.</param>
/// <param name="LearningRate">The base optimizer's learning rate.</param>
/// <param name="Rho">Radius of the perturbation.</param>
/// <param name="Gradients">Whose gradients the model holds.</param>
internal readonly record struct StepMark(
    long Submitted, long Updates, long Averaged, ulong Number, float LearningRate, float Rho, GradientHolding Gradients);
