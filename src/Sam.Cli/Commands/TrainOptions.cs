using Sam.Cli.Devices;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>What `sam train` was asked for.</summary>
internal sealed record TrainOptions
{
    /// <summary>What to train and how.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Share of the training labels to make random.</summary>
    public required double LabelNoise { get; init; }

    /// <summary>Number of training images, or null for all.</summary>
    public required int? TrainSize { get; init; }

    /// <summary>Where to train, and with how many threads.</summary>
    public required DeviceChoice Device { get; init; }

    /// <summary>The folder of the data, or null to look for it.</summary>
    public required string? Data { get; init; }

    /// <summary>The file to keep the run's state in, or null for none.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>Whether to go on from <see cref="Checkpoint"/>.</summary>
    public required bool Resume { get; init; }

    /// <summary>Whether the result is for a machine.</summary>
    public required bool Json { get; init; }
}
