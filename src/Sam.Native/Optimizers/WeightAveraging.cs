namespace Sam.Native;

/// <summary>Keeps an average of the weights beside the training. Immutable.</summary>
/// <remarks>The average is made of the weights after each update (never of perturbed ones) and takes one more arena. See
/// <see cref="SamOptimizer.SwapAverage"/>.</remarks>
/// <example>
/// <code>
/// var options = new SamOptions { Averaging = WeightAveraging.Exponential(0.999f) };
/// </code>
/// </example>
public sealed record WeightAveraging
{
    private WeightAveraging(float decay, long start, int interval)
    {
        Decay = decay;
        Start = start;
        Interval = interval;
    }

    /// <summary>Share of the average that is kept in each update; 0 for an average in which all count alike.</summary>
    public float Decay { get; }

    /// <summary>First update that counts, from 1.</summary>
    public long Start { get; }

    /// <summary>Every how many updates.</summary>
    public int Interval { get; }

    /// <summary>Exponential moving average: a = decay a + (1 - decay) w after each update, starting from the weights after the
    /// first.</summary>
    /// <param name="decay">In (0, 1), usually 0.99 to 0.9999.</param>
    /// <returns>The averaging.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The decay is outside (0, 1).</exception>
    public static WeightAveraging Exponential(float decay = 0.999f) => decay is > 0 and < 1
        ? new WeightAveraging(decay, 1, 1)
        : throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay of an exponential average lies in (0, 1).");

    /// <summary>Stochastic weight averaging: the mean of the weights after every few updates from one on.</summary>
    /// <param name="start">First update that counts, from 1; usually after three quarters of the training.</param>
    /// <param name="interval">Every how many updates, at least 1; usually an epoch.</param>
    /// <returns>The averaging.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <remarks>Running statistics of batch normalization belong to the trained weights: <see cref="Model.RenewStatistics"/> takes them anew. Izmailov et
    /// al., UAI 2018,
    /// arXiv:1803.05407.</remarks>
    public static WeightAveraging Stochastic(long start, int interval = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        return new WeightAveraging(0, start, interval);
    }
}
