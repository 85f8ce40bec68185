namespace Sam.Native;

/// <summary>A number that changes with the count of updates made: a learning rate or rho. Immutable.</summary>
/// <remarks>Values are absolute, not factors. Skipped steps do not move a schedule. Past its last update a schedule keeps its last value.
/// Computed in double
/// with functions that give the same bits on every machine.</remarks>
/// <example>
/// <code>
/// Schedule rate = Schedule.Cosine(start: 0.1f, end: 0, steps: 10_000).WithWarmup(updates: 500);
/// </code>
/// </example>
public abstract record Schedule
{
    private protected Schedule()
    {
    }

    /// <summary>The value for one update.</summary>
    /// <param name="update">Updates made before it, from 0.</param>
    /// <returns>The value.</returns>
    public float At(long update) => (float)Value(Math.Max(0, update), double.NaN);

    /// <summary>The same value always.</summary>
    /// <param name="value">The value, at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Schedule Constant(float value) => new ConstantSchedule(Check(value, nameof(value)));

    /// <summary>start gamma^floor(t / every), as torch's StepLR.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="every">Updates between changes, at least 1.</param>
    /// <param name="gamma">Factor of each change, at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Schedule Step(float start, long every, float gamma = 0.1f) =>
        new StepSchedule(Check(start, nameof(start)), CheckCount(every, nameof(every)), Check(gamma, nameof(gamma)));

    /// <summary>start gamma^(milestones reached), as torch's MultiStepLR.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="milestones">Updates after which it changes, ascending.</param>
    /// <param name="gamma">Factor of each change, at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The milestones are not ascending.</exception>
    public static Schedule MultiStep(float start, ReadOnlySpan<long> milestones, float gamma = 0.1f)
    {
        for (int i = 0; i < milestones.Length; i++)
        {
            if (milestones[i] < 0 || (i > 0 && milestones[i] <= milestones[i - 1]))
            {
                throw new ArgumentException($"Milestones are ascending counts of updates; number {i} is {milestones[i]}.",
                    nameof(milestones));
            }
        }

        return new MultiStepSchedule(Check(start, nameof(start)), milestones.ToArray(), Check(gamma, nameof(gamma)));
    }

    /// <summary>end + (start - end) (1 + cos(pi t / steps)) / 2, as torch's CosineAnnealingLR, with warm restarts where the period
    /// repeats.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="end">The value at last, at least 0.</param>
    /// <param name="steps">Updates of a period, at least 1.</param>
    /// <param name="restarts">Whether it starts again after each period instead of staying at the end (torch's
    /// CosineAnnealingWarmRestarts).</param>
    /// <param name="periodFactor">Factor of each period's length over the one before, at least 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Loshchilov and Hutter, ICLR 2017, arXiv:1608.03983.</remarks>
    public static Schedule Cosine(float start, float end, long steps, bool restarts = false, int periodFactor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodFactor, 1);
        return new CosineSchedule(Check(start, nameof(start)), Check(end, nameof(end)), CheckCount(steps, nameof(steps)), restarts,
            periodFactor);
    }

    /// <summary>A straight line from start to end.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="end">The value at last, at least 0.</param>
    /// <param name="steps">Updates between, at least 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Schedule Linear(float start, float end, long steps) =>
        new PolynomialSchedule(Check(start, nameof(start)), Check(end, nameof(end)), CheckCount(steps, nameof(steps)), 1);

    /// <summary>end + (start - end) (1 - t / steps)^power, as torch's PolynomialLR.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="end">The value at last, at least 0.</param>
    /// <param name="steps">Updates between, at least 1.</param>
    /// <param name="power">The power, above 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Schedule Polynomial(float start, float end, long steps, float power = 2)
    {
        if (!(power > 0) || !float.IsFinite(power))
        {
            throw new ArgumentOutOfRangeException(nameof(power), power, "The power of a schedule is above 0 and finite.");
        }

        return new PolynomialSchedule(Check(start, nameof(start)), Check(end, nameof(end)), CheckCount(steps, nameof(steps)), power);
    }

    /// <summary>start gamma^t, as torch's ExponentialLR.</summary>
    /// <param name="start">The value at first, at least 0.</param>
    /// <param name="gamma">Factor of each update, at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Schedule Exponential(
        float start, float gamma) => new StepSchedule(Check(start, nameof(start)), 1, Check(gamma, nameof(gamma)));

    /// <summary>One cycle, as torch's OneCycleLR: by cosines from maximum / startDivisor up to maximum, then down to
    /// maximum / (startDivisor endDivisor).</summary>
    /// <param name="maximum">The largest value, at least 0.</param>
    /// <param name="steps">Updates of the cycle, at least 2.</param>
    /// <param name="rise">Share of the cycle that rises, in (0, 1).</param>
    /// <param name="startDivisor">maximum over the value at first, above 0.</param>
    /// <param name="endDivisor">The value at first over the value at last, above 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Smith and Topin, arXiv:1708.07120.</remarks>
    public static Schedule OneCycle(float maximum, long steps, float rise = 0.3f, float startDivisor = 25, float endDivisor = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(startDivisor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(endDivisor);
        if (!(rise is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rise), rise, "The share of the cycle that rises lies in (0, 1).");
        }

        return new OneCycleSchedule(Check(maximum, nameof(maximum)), steps, rise, startDivisor, endDivisor);
    }

    /// <summary>Tied to the learning rate, as GSAM's rho is: rho = rhoMinimum + (rhoMaximum - rhoMinimum) (lr - lrMinimum) / (lrMaximum -
    /// lrMinimum).</summary>
    /// <param name="rhoMinimum">rho at the smallest learning rate, at least 0.</param>
    /// <param name="rhoMaximum">rho at the largest learning rate, at least 0.</param>
    /// <param name="lrMinimum">Smallest learning rate, at least 0.</param>
    /// <param name="lrMaximum">Largest learning rate, above the smallest.</param>
    /// <returns>The schedule, for <see cref="SamOptions.Rho"/> only.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Takes the true learning rate of the step. Zhuang et al., ICLR 2022, arXiv:2203.08065, section 4.</remarks>
    public static Schedule ProportionalToLearningRate(float rhoMinimum, float rhoMaximum, float lrMinimum, float lrMaximum)
    {
        if (!(lrMaximum > lrMinimum))
        {
            throw new ArgumentOutOfRangeException(nameof(lrMaximum), lrMaximum, "The largest learning rate is above the smallest.");
        }

        return new ProportionalSchedule(Check(rhoMinimum, nameof(rhoMinimum)), Check(rhoMaximum, nameof(rhoMaximum)),
            Check(lrMinimum, nameof(lrMinimum)), Check(lrMaximum, nameof(lrMaximum)));
    }

    /// <summary>Puts a warm-up in front: from a share of this schedule's first value in a straight line to all of it, then the
    /// schedule.</summary>
    /// <param name="updates">Updates of the warm-up, at least 1: value t is first (from + (1 - from) (t + 1) / updates) for t below
    /// that.</param>
    /// <param name="from">The share before the first update, in [0, 1].</param>
    /// <returns>The schedule with the warm-up; the schedule itself starts after it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Schedule WithWarmup(long updates, float from = 0)
    {
        if (!(from is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(from), from, "A warm-up starts from a share of the first value, in [0, 1].");
        }

        return new WarmupSchedule(this, CheckCount(updates, nameof(updates)), from);
    }

    /// <summary>Kind and numbers in one line, for checkpoints.</summary>
    internal abstract string Describe();

    /// <summary>The value for an update at a learning rate.</summary>
    internal abstract double Value(long update, double learningRate);

    private static float Check(float value, string name) => value >= 0 && float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} of a schedule is at least 0 and finite.");

    private static long CheckCount(long value, string name) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} of a schedule is a number of updates, at least 1.");
}
