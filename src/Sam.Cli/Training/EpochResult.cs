namespace Sam.Cli.Training;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="TrainLoss">Mean loss of its examples, each at the weights before its step.</param>
/// <param name="Sharpness">Mean sharpness of the steps that see it; NaN where none does.</param>
/// <param name="TestAccuracy">Share of the test set that is classified rightly after it.</param>
/// <param name="TrainSeconds">Time of its steps.</param>
/// <param name="Images">Examples trained on.</param>
/// <param name="Ending">Why it ended.</param>
internal sealed record EpochResult(
    int Epoch,
    int Steps,
    double TrainLoss,
    double Sharpness,
    double TestAccuracy,
    double TrainSeconds,
    long Images,
    EpochEnding Ending);
