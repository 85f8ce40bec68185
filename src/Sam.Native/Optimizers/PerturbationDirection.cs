namespace Sam.Native;

/// <summary>Along what a <see cref="Perturbation"/> moves the weights.</summary>
public enum PerturbationDirection
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The batch's gradient.</summary>
    Gradient,

    /// <summary>The batch's gradient without its moving average (Friendly-SAM).</summary>
    Friendly,

    /// <summary>Against the base optimizer's momentum (MSAM): no first gradient.</summary>
    Momentum,

    /// <summary>Normal noise.</summary>
    Random,
}
