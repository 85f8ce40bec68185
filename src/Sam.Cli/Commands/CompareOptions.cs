using Sam.Cli.Devices;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>What `sam compare` was asked for.</summary>
internal sealed record CompareOptions
{
    /// <summary>The settings of all runs; the optimizer is each run's own.</summary>
    public required RunSettings Recipe { get; init; }

    /// <summary>Levels of label noise.</summary>
    public required double[] Noises { get; init; }

    /// <summary>Number of training images.</summary>
    public required int TrainSize { get; init; }

    /// <summary>Where the picture goes.</summary>
    public required string Output { get; init; }

    /// <summary>Where to train, and with how many threads.</summary>
    public required DeviceChoice Device { get; init; }

    /// <summary>The folder of the data, or null to look for it.</summary>
    public required string? Data { get; init; }

    /// <summary>Whether the result is for a machine.</summary>
    public required bool Json { get; init; }
}
