namespace Sam.Cli.Training;

/// <summary>The learning rate of each step: a linear warm-up, then constant or half a cosine wave.</summary>
/// <param name="kind">The shape after the warm-up.</param>
/// <param name="peak">The highest rate.</param>
/// <param name="warmup">Share of the steps that the warm-up takes, 0 to less than 1.</param>
/// <param name="steps">All steps of the run.</param>
internal readonly struct LearningRateSchedule(ScheduleKind kind, float peak, double warmup, int steps)
{
    private readonly int _warmupSteps = (int)Math.Round(warmup * steps);

    /// <summary>The rate of a step: peak (t + 1) / W while t &lt; W; then peak, or peak (1 + cos(pi (t - W) / (T - W))) / 2.</summary>
    /// <param name="step">t, from 0.</param>
    public float At(int step)
    {
        if (step < _warmupSteps)
        {
            return (float)(peak * (step + 1.0) / _warmupSteps);
        }

        return kind == ScheduleKind.Constant ? peak : (float)(peak * 0.5 * (1 + Math.Cos(Math.PI * (step - _warmupSteps) / (steps - _warmupSteps))));
    }
}
