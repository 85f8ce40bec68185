namespace Sam.Native;

/// <summary>The steps of one optimizer as graphs: the first step of a kind runs call by call, the second one is captured, and from then on one launch
/// does it all.</summary>
internal abstract class StepGraphs : IDisposable
{
    /// <summary>Different counts of updates for which a step's numbers can be prepared.</summary>
    public const int MaximumRows = 2;

    /// <summary>What is to be done with a step of a kind.</summary>
    /// <param name="key">The kind.</param>
    public abstract StepPhase PhaseOf(in StepKey key);

    /// <summary>Notes that a step of a kind ran call by call, so that all it needs is loaded.</summary>
    /// <param name="key">The kind.</param>
    public abstract void NoteRun(in StepKey key);

    /// <summary>Begins to capture the calls of a step.</summary>
    /// <param name="key">The kind.</param>
    /// <param name="inputCount">Floats of the batch.</param>
    /// <param name="targetCount">4-byte values of its targets.</param>
    /// <param name="step">Number of the step, for random numbers.</param>
    public abstract void BeginCapture(in StepKey key, int inputCount, int targetCount, ulong step);

    /// <summary>Ends the capture.</summary>
    public abstract void EndCapture();

    /// <summary>Gives a capture up, or the numbers of a step that is replayed.</summary>
    public abstract void Abandon();

    /// <summary>Begins to renew the numbers of a captured step, for one count of updates that it may find.</summary>
    /// <param name="key">The kind.</param>
    /// <param name="row">Updates above the least count.</param>
    /// <param name="step">Number of the step, for random numbers.</param>
    public abstract void BeginRow(in StepKey key, int row, ulong step);

    /// <summary>Where a step's batch is read from, so that what is written there is not copied on the host.</summary>
    /// <param name="ticket">Number of the step among all of the optimizer's; the one two before it is over.</param>
    /// <param name="count">Floats of the batch.</param>
    public abstract Span<float> Input(long ticket, int count);

    /// <summary>Launches the step.</summary>
    /// <param name="key">The kind.</param>
    /// <param name="ticket">Number of the step among all of the optimizer's.</param>
    /// <param name="leastUpdates">The count of updates that row 0 is for.</param>
    /// <param name="input">The batch; in <see cref="Input"/>, or copied there.</param>
    /// <param name="targets">Its targets.</param>
    public abstract void Launch(in StepKey key, long ticket, long leastUpdates, ReadOnlySpan<float> input, ReadOnlySpan<byte> targets);

    /// <summary>Launches the step on a batch that lies in the device's memory.</summary>
    /// <param name="key">The kind.</param>
    /// <param name="ticket">Number of the step among all of the optimizer's.</param>
    /// <param name="leastUpdates">The count of updates that row 0 is for.</param>
    /// <param name="batch">The batch.</param>
    public abstract void Launch(in StepKey key, long ticket, long leastUpdates, in DeviceBatch batch);

    /// <inheritdoc/>
    public abstract void Dispose();
}
