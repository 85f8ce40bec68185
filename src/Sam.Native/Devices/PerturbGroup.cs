namespace Sam.Native;

/// <summary>How one parameter group is perturbed.</summary>
/// <param name="Rho">Radius; negative moves against the direction.</param>
/// <param name="Eta">Added to |w| in the element-wise scaling T = |w| + eta.</param>
/// <param name="IsAdaptive">1 scales by T, 0 leaves T = 1.</param>
internal readonly record struct PerturbGroup(float Rho, float Eta, int IsAdaptive);
