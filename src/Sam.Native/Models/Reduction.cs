namespace Sam.Native;

/// <summary>How the losses of a batch's examples become one number.</summary>
public enum Reduction
{
    /// <summary>Their mean: over the examples for cross-entropy, over all elements for the squared error, as in torch.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
