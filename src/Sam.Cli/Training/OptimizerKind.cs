namespace Sam.Cli.Training;

/// <summary>What a step does with the gradient.</summary>
internal enum OptimizerKind
{
    /// <summary>Sharpness-Aware Minimization around SGD: two gradients per step.</summary>
    Sam,

    /// <summary>SGD alone: one gradient per step.</summary>
    Sgd,
}
