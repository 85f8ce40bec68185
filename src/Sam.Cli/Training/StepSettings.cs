using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>What is done to gradients and weights beside the perturbation and the base optimizer.</summary>
internal sealed record StepSettings
{
    /// <summary>Largest norm of a gradient; null for no limit.</summary>
    public float? ClipNorm { get; init; }

    /// <summary>Largest magnitude of an element of a gradient; null for no limit.</summary>
    public float? ClipValue { get; init; }

    /// <summary>Which gradients are limited.</summary>
    public ClippedGradients Clipped { get; init; } = ClippedGradients.Second;

    /// <summary>Share that the exponential average of the weights keeps in each update; null for no such average.</summary>
    public float? Ema { get; init; }

    /// <summary>First update that counts in the mean of the weights; null for no mean.</summary>
    public int? Swa { get; init; }

    /// <summary>Updates from one that counts in the mean to the next.</summary>
    public int SwaEvery { get; init; } = 1;

    /// <summary>lambda of the decay in the loss.</summary>
    public float LossDecay { get; init; }

    /// <summary>The scale of losses at first; null for none.</summary>
    public float? LossScale { get; init; }

    /// <summary>Applied steps in a row after which the scale doubles.</summary>
    public int LossScaleSteps { get; init; } = 2000;

    /// <summary>Images that go through the model at once; null for the batch.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Parameter groups, the first that selects a parameter has it.</summary>
    public IReadOnlyList<GroupSettings> Groups { get; init; } = [];

    /// <summary>Whether biases and normalization layers, beside those of groups, have no weight decay.</summary>
    public bool NoDecay { get; init; }

    /// <summary>Whether an average of the weights is kept.</summary>
    public bool Averages => Ema is not null || Swa is not null;
}
