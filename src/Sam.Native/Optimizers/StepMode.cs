namespace Sam.Native;

/// <summary>What one step does.</summary>
internal enum StepMode
{
    /// <summary>One gradient, the base optimizer's step.</summary>
    Single,

    /// <summary>The same where rho is 0: the direction is measured, and nothing moves along it.</summary>
    Still,

    /// <summary>A perturbation between two gradients.</summary>
    Full,

    /// <summary>One gradient, and the part that LookSAM kept.</summary>
    Reuse,

    /// <summary>One gradient at weights moved against the momentum.</summary>
    Momentum,
}
