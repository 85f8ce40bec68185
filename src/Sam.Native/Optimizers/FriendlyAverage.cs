namespace Sam.Native;

/// <summary>Forms of Friendly-SAM's moving average m, which the paper and the published codes do not agree on.</summary>
public enum FriendlyAverage
{
    /// <summary>m = lambda m + (1 - lambda) g from m = 0, then d = g - sigma m (the paper's algorithm 1).</summary>
    Paper,

    /// <summary>d = g - sigma m with the old m, then m = lambda m + (1 - lambda) g; m = g and d = g in the first step (the authors' code,
    /// nblt/F-SAM).
    /// For sigma = 1 the direction is the paper's from the second step on, up to its length and the start of m.</summary>
    Code,

    /// <summary>d = g - sigma m with the old m, then m = lambda m + (1 - lambda) d; m = g and d = g in the first step
    /// (pytorch_optimizer).</summary>
    Direction,
}
