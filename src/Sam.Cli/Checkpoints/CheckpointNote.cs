using Sam.Cli.Training;

namespace Sam.Cli.Checkpoints;

/// <summary>What the command line keeps with a checkpoint.</summary>
/// <param name="Settings">Options that decide the weights, by name, and their values.</param>
/// <param name="TotalEpochs">Epochs of the run.</param>
/// <param name="Done">The epochs done.</param>
internal sealed record CheckpointNote(Dictionary<string, string> Settings, int TotalEpochs, EpochResult[] Done);
