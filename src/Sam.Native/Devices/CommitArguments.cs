namespace Sam.Native;

/// <summary>What <see cref="DeviceKernels.Commit"/> works on.</summary>
internal readonly record struct CommitArguments
{
    /// <summary>The step's state, which the record begins with.</summary>
    public required DevicePointer<StepState> State { get; init; }

    /// <summary>Doubles of the record, the state's four included.</summary>
    public required int RecordCount { get; init; }

    /// <summary>Skips the step whatever its sums were.</summary>
    public bool Discards { get; init; }

    /// <summary>The step moved Friendly-SAM's average.</summary>
    public bool MovesFriendly { get; init; }

    /// <summary>Takes copies of the record, slot by slot, for a host that reads late: step t goes to slot t mod <see cref="SlotCount"/>, and
    /// t + 1 into the double behind it as an integer, last. Null for none.</summary>
    public DevicePointer<double> Slots { get; init; }

    /// <summary>Number of slots.</summary>
    public int SlotCount { get; init; }

    /// <summary>Doubles from one slot to the next, more than <see cref="RecordCount"/>.</summary>
    public int SlotStride { get; init; }
}
