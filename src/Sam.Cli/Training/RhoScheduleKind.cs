namespace Sam.Cli.Training;

/// <summary>How the radius goes to its end.</summary>
internal enum RhoScheduleKind
{
    /// <summary>In proportion to the learning rate, as GSAM's paper has it.</summary>
    Proportional,

    /// <summary>In a line over the steps of the run.</summary>
    Linear,

    /// <summary>Along half a wave over the steps of the run.</summary>
    Cosine,

    /// <summary>Along a parabola over the steps of the run.</summary>
    Polynomial,
}
