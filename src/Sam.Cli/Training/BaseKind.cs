namespace Sam.Cli.Training;

/// <summary>The base optimizers.</summary>
internal enum BaseKind
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam; decay in the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled decay.</summary>
    AdamW,

    /// <summary>Adam with Nesterov's momentum.</summary>
    NAdam,

    /// <summary>Adam with a rectified start.</summary>
    RAdam,

    /// <summary>Adam by the largest gradient.</summary>
    Adamax,

    /// <summary>Gradients over the root of their mean square.</summary>
    Rmsprop,

    /// <summary>Gradients over the root of the sum of their squares.</summary>
    Adagrad,

    /// <summary>Steps in the measure of the steps before.</summary>
    Adadelta,

    /// <summary>The sign of an average of gradients.</summary>
    Lion,

    /// <summary>Adam scaled to each tensor's norm.</summary>
    Lamb,

    /// <summary>Momentum scaled to each tensor's norm.</summary>
    Lars,

    /// <summary>Second moments of rows and columns, steps relative to the weights' size.</summary>
    Adafactor,
}
