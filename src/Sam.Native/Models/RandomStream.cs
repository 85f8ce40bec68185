namespace Sam.Native;

/// <summary>Names a sequence of counter-based random numbers: element i of it is a function of these three numbers and i alone.</summary>
/// <param name="Seed">The model's seed.</param>
/// <param name="Step">The step's number.</param>
/// <param name="Stream">Which of the step's sequences: the number of the layer.</param>
/// <remarks>Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011): no state, so both passes of a SAM step see the same numbers.</remarks>
public readonly record struct RandomStream(ulong Seed, ulong Step, uint Stream)
{
    /// <summary>Which element of the sequence the first number is that a kernel draws, at least 0: a micro-batch goes on where the one before ended.</summary>
    public long First { get; init; }
}
