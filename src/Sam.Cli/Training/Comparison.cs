using Sam.Cli.Data;
using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>SGD and SAM side by side at several levels of label noise: same initial weights, same batches, same noisy labels.</summary>
/// <param name="device">Where the models live.</param>
/// <param name="recipe">The settings of all runs; the optimizer is each run's own.</param>
/// <param name="noises">The levels of label noise.</param>
internal sealed class Comparison(Device device, RunSettings recipe, double[] noises)
{
    private readonly List<ComparisonRow> _rows = [];

    /// <summary>The levels of label noise.</summary>
    public IReadOnlyList<double> Noises { get; } = noises;

    /// <summary>The runs that have begun: SGD, then SAM, for one level after the other.</summary>
    public ComparisonRow[] Rows
    {
        get
        {
            lock (_rows)
            {
                return [.. _rows];
            }
        }
    }

    /// <summary>Trains both optimizers at each level, an epoch of one and an epoch of the other in turn.</summary>
    /// <param name="train">The training images.</param>
    /// <param name="trainSize">How many of them to train on, from the first.</param>
    /// <param name="test">The test set.</param>
    /// <param name="stop">Ends after the step under way.</param>
    public void Run(ImageSet train, int trainSize, ImageSet test, StopSignal stop)
    {
        foreach (double noise in Noises)
        {
            if (stop.IsRequested)
            {
                return;
            }

            int[] labels = Shuffle.NoisyLabels(train.Labels.AsSpan(0, trainSize), noise, recipe.Seed);
            using TrainingRun sgd = new(device, recipe with { Sam = recipe.Sam with { Kind = SamKind.None } });
            using TrainingRun sam = new(device, recipe);
            sgd.Attach(train, labels, test);
            sam.Attach(train, labels, test);
            ComparisonRow sgdRow = new(noise, OptimizerKind.Sgd, sgd.Progress);
            ComparisonRow samRow = new(noise, OptimizerKind.Sam, sam.Progress);
            lock (_rows)
            {
                _rows.Add(sgdRow);
                _rows.Add(samRow);
            }

            for (int epoch = 0; epoch < recipe.Epochs && !stop.IsRequested; epoch++)
            {
                if (!sgdRow.IsDiverged)
                {
                    sgd.RunEpoch(stop);
                }

                if (!samRow.IsDiverged && !stop.IsRequested)
                {
                    sam.RunEpoch(stop);
                }
            }

            Measure(sgd, sgdRow, trainSize);
            Measure(sam, samRow, trainSize);
        }
    }

    private static void Measure(TrainingRun run, ComparisonRow row, int examples)
    {
        string hash = run.HashWeights();
        (double loss, double sharpness) = row.IsDiverged ? (double.NaN, double.NaN) : run.Measure(examples);
        row.SetMeasured(loss, sharpness, hash);
    }
}
