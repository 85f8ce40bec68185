namespace Sam.Native;

/// <summary>How the coordinates of a perturbation's ball are scaled.</summary>
public enum PerturbationScaling
{
    /// <summary>Not at all: T = 1 (SAM).</summary>
    None,

    /// <summary>T = |w| + eta for each weight (ASAM).</summary>
    Elementwise,

    /// <summary>T = |w| + eta for each weight, behind the norm only: eps = rho T dual(g), as the GSAM paper's authors have it.</summary>
    Proportional,

    /// <summary>T = ||w_l|| for each tensor l.</summary>
    Layerwise,
}
