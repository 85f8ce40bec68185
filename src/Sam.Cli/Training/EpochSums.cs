using System.Diagnostics;

namespace Sam.Cli.Training;

/// <summary>What the steps of an epoch add up to.</summary>
/// <param name="begin">The epoch's first timestamp.</param>
internal struct EpochSums(long begin)
{
    private readonly long _begin = begin;
    private double _loss;
    private double _sharpness;
    private int _sharpSteps;
    private int _steps;
    private long _images;

    /// <summary>Timestamp of the last step; of the beginning before it.</summary>
    public long Last { get; private set; } = begin;

    /// <summary>Whether a loss was not finite.</summary>
    public bool IsDiverged { get; private set; }

    /// <summary>Adds a step.</summary>
    /// <param name="loss">Its loss.</param>
    /// <param name="sharpness">Its sharpness; NaN where it does not see it.</param>
    /// <param name="images">Its examples.</param>
    /// <returns>Seconds since the step before.</returns>
    public double Add(double loss, double sharpness, int images)
    {
        _loss += loss * images;
        if (double.IsFinite(sharpness))
        {
            _sharpness += sharpness;
            _sharpSteps++;
        }

        _images += images;
        _steps++;
        IsDiverged |= !double.IsFinite(loss);
        long now = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(Last, now).TotalSeconds;
        Last = now;
        return seconds;
    }

    /// <summary>What the epoch came to.</summary>
    /// <param name="epoch">Its number, from 1.</param>
    /// <param name="accuracy">On the test set after it.</param>
    /// <param name="ending">Why it ended.</param>
    public readonly EpochResult Finish(int epoch, double accuracy, EpochEnding ending) => new(
        epoch, _steps, _loss / _images, _sharpness / _sharpSteps, accuracy, Stopwatch.GetElapsedTime(_begin, Last).TotalSeconds, _images, ending);
}
