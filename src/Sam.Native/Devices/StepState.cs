namespace Sam.Native;

/// <summary>What a step knows about itself in the device's memory, so that nothing has to ask the host.</summary>
internal struct StepState
{
    /// <summary>Not 0: a sum of this step was not finite, and nothing of it is applied.</summary>
    public int Gate;

    /// <summary>1 where the last committed step was applied, 0 where it was skipped.</summary>
    public int Applied;

    /// <summary>Steps that were applied.</summary>
    public long Updates;

    /// <summary>Applied steps that moved Friendly-SAM's average; its lowest bit says which of the two arenas has it.</summary>
    public long FriendlyUpdates;

    /// <summary>Steps that were committed, applied or not.</summary>
    public long Ticks;
}
