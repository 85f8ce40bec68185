namespace Sam.Cli.Training;

/// <summary>How the learning rate moves over a run, after the warm-up.</summary>
internal enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine wave, down to the end's rate.</summary>
    Cosine,

    /// <summary>Half cosine waves, one after the other.</summary>
    Restarts,

    /// <summary>A straight line down to the end's rate.</summary>
    Linear,

    /// <summary>A parabola down to the end's rate.</summary>
    Polynomial,

    /// <summary>Times a factor at each epoch.</summary>
    Exponential,

    /// <summary>Times a factor every so many epochs.</summary>
    Step,

    /// <summary>Times a factor at the ends of given epochs.</summary>
    MultiStep,

    /// <summary>A rise and a fall to almost nothing, both by cosines.</summary>
    OneCycle,
}
