namespace Sam.Cli.Training;

/// <summary>One run of a comparison: one optimizer at one level of label noise.</summary>
/// <param name="noise">Share of the labels that are random.</param>
/// <param name="optimizer">Which optimizer.</param>
/// <param name="progress">How far it is.</param>
internal sealed class ComparisonRow(double noise, OptimizerKind optimizer, RunProgress progress)
{
    private volatile bool _measured;
    private double _trainLoss = double.NaN;
    private double _sharpness = double.NaN;

    /// <summary>Share of the labels that are random.</summary>
    public double Noise { get; } = noise;

    /// <summary>Which optimizer.</summary>
    public OptimizerKind Optimizer { get; } = optimizer;

    /// <summary>How far the run is.</summary>
    public RunProgress Progress { get; } = progress;

    /// <summary>Whether the run has ended and its final weights were measured.</summary>
    public bool IsMeasured => _measured;

    /// <summary>Name of the final weights' bits.</summary>
    public string WeightsSha256 { get; private set; } = "";

    /// <summary>Loss on the training set at the final weights; until they are measured, the mean of the last epoch's steps.</summary>
    public double TrainLoss => _measured ? _trainLoss : Progress.EpochCount > 0 ? Progress[Progress.EpochCount - 1].TrainLoss : double.NaN;

    /// <summary>Sharpness on the training set at the final weights; until they are measured, the mean of the last epoch's steps.</summary>
    public double Sharpness => _measured ? _sharpness : Progress.EpochCount > 0 ? Progress[Progress.EpochCount - 1].Sharpness : double.NaN;

    /// <summary>Test accuracy after the last epoch; NaN before the first.</summary>
    public double TestAccuracy => Progress.EpochCount > 0 ? Progress[Progress.EpochCount - 1].TestAccuracy : double.NaN;

    /// <summary>Whether the run's loss stopped being finite.</summary>
    public bool IsDiverged => Progress.EpochCount > 0 && Progress[Progress.EpochCount - 1].Ending == EpochEnding.Diverged;

    /// <summary>Notes the final measurement.</summary>
    /// <param name="trainLoss">Loss on the training set.</param>
    /// <param name="sharpness">Sharpness on the training set.</param>
    /// <param name="weightsSha256">Name of the weights' bits.</param>
    public void SetMeasured(double trainLoss, double sharpness, string weightsSha256)
    {
        _trainLoss = trainLoss;
        _sharpness = sharpness;
        WeightsSha256 = weightsSha256;
        _measured = true;
    }
}
