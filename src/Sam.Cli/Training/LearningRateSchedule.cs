using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>The learning rate of each step: a linear warm-up, then the shape that was asked for.</summary>
internal sealed class LearningRateSchedule
{
    private readonly Schedule _schedule;

    /// <summary>Makes the schedule of a run.</summary>
    /// <param name="settings">Its shape.</param>
    /// <param name="peak">The highest rate.</param>
    /// <param name="steps">All steps of the run, at least 1.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch, at least 1; shapes that fall by epochs count them from the end of the warm-up.</param>
    public LearningRateSchedule(ScheduleSettings settings, float peak, int steps, int stepsPerEpoch)
    {
        if (settings.Kind == ScheduleKind.OneCycle && steps > 1)
        {
            _schedule = Schedule.OneCycle(peak, steps, (float)settings.Warmup);
            return;
        }

        int warmup = (int)Math.Round(settings.Warmup * steps);
        long left = Math.Max(1, steps - warmup);
        long period = (long)settings.Epochs[0] * stepsPerEpoch;
        Schedule shape = settings.Kind switch
        {
            ScheduleKind.Cosine => Schedule.Cosine(peak, settings.End, left),
            ScheduleKind.Restarts => Schedule.Cosine(peak, settings.End, period, restarts: true),
            ScheduleKind.Linear => Schedule.Linear(peak, settings.End, left),
            ScheduleKind.Polynomial => Schedule.Polynomial(peak, settings.End, left),
            ScheduleKind.Exponential => Schedule.Step(peak, stepsPerEpoch, settings.Factor),
            ScheduleKind.Step => Schedule.Step(peak, period, settings.Factor),
            ScheduleKind.MultiStep => Schedule.MultiStep(
                peak, Array.ConvertAll(settings.Epochs, epoch => (long)epoch * stepsPerEpoch), settings.Factor),
            _ => Schedule.Constant(peak),
        };
        _schedule = warmup > 0 ? shape.WithWarmup(warmup) : shape;
    }

    /// <summary>The rate of a step.</summary>
    /// <param name="step">From 0.</param>
    public float At(int step) => _schedule.At(step);
}
