namespace Sam.Cli.Training;

/// <summary>What decides the result of one training run, beside the data.</summary>
internal sealed record RunSettings
{
    /// <summary>Which model.</summary>
    public required ModelKind Model { get; init; }

    /// <summary>Which optimizer.</summary>
    public required OptimizerKind Optimizer { get; init; }

    /// <summary>Radius of SAM's ball, and of the ball that sharpness is measured in, at least 0.</summary>
    public required float Rho { get; init; }

    /// <summary>Highest learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>SGD's momentum.</summary>
    public required float Momentum { get; init; }

    /// <summary>SGD's weight decay.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>How the learning rate moves.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Share of the steps over which it rises at first.</summary>
    public required double Warmup { get; init; }

    /// <summary>Times every example is seen.</summary>
    public required int Epochs { get; init; }

    /// <summary>Examples per step.</summary>
    public required int Batch { get; init; }

    /// <summary>Key of initial weights, order and noise.</summary>
    public required ulong Seed { get; init; }
}
