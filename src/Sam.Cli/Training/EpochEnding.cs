namespace Sam.Cli.Training;

/// <summary>Why an epoch ended.</summary>
internal enum EpochEnding
{
    /// <summary>Every example was seen.</summary>
    Complete,

    /// <summary>Somebody asked to stop.</summary>
    Stopped,

    /// <summary>The loss is not finite any more, and no later step could mend that.</summary>
    Diverged,
}
