namespace Sam.Cli.Training;

/// <summary>How the learning rate moves over a run.</summary>
internal sealed record ScheduleSettings
{
    /// <summary>The shape after the warm-up.</summary>
    public required ScheduleKind Kind { get; init; }

    /// <summary>Share of the steps over which it rises at first, 0 to less than 1; of a one-cycle, its rise, above 0.</summary>
    public required double Warmup { get; init; }

    /// <summary>The rate at the end of a shape that falls to one.</summary>
    public float End { get; init; }

    /// <summary>What the rate is multiplied with at each fall of a shape that falls in steps.</summary>
    public float Factor { get; init; } = 0.1f;

    /// <summary>Epochs of a period (one number), or after which the rate falls (ascending).</summary>
    public int[] Epochs { get; init; } = [1];
}
