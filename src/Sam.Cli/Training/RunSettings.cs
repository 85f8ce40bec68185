namespace Sam.Cli.Training;

/// <summary>What decides the result of one training run, beside the data.</summary>
internal sealed record RunSettings
{
    /// <summary>Which model.</summary>
    public required ModelKind Model { get; init; }

    /// <summary>Where the second gradient is taken and what is done with it.</summary>
    public required SamSettings Sam { get; init; }

    /// <summary>What updates the weights.</summary>
    public required BaseSettings Base { get; init; }

    /// <summary>What else is done to gradients and weights.</summary>
    public StepSettings Steps { get; init; } = new();

    /// <summary>How the learning rate moves.</summary>
    public required ScheduleSettings Schedule { get; init; }

    /// <summary>Times every example is seen.</summary>
    public required int Epochs { get; init; }

    /// <summary>Examples per step.</summary>
    public required int Batch { get; init; }

    /// <summary>Most examples in one pass of the model.</summary>
    public int ModelBatch => Steps.MicroBatch ?? Batch;

    /// <summary>Key of initial weights, order and noise.</summary>
    public required ulong Seed { get; init; }
}
