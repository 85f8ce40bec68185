namespace Sam.Cli.Training;

/// <summary>How the learning rate moves over a run, after the warm-up.</summary>
internal enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine wave, down to zero at the end.</summary>
    Cosine,
}
