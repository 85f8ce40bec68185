namespace Sam.Native;

/// <summary>How one parameter group is perturbed.</summary>
/// <param name="Rho">Radius; negative moves against the direction.</param>
/// <param name="Eta">Added to |w| in the element-wise scaling T = |w| + eta.</param>
/// <param name="Scaling">0 leaves T = 1, 1 scales by T = |w| + eta, 2 does so behind the norm only.</param>
internal readonly record struct PerturbGroup(float Rho, float Eta, int Scaling)
{
    /// <summary>The scalings.</summary>
    public const int Unscaled = 0, Scaled = 1, ScaledAfter = 2;
}
