namespace Sam.Native;

/// <summary>The numbers of <see cref="DeviceKernels.FriendlyDirection"/>.</summary>
/// <param name="Sigma">Share of the average that is taken out of the gradient.</param>
/// <param name="Lambda">Share of the average that is kept.</param>
/// <param name="UsesOldAverage">1: direction g - sigma m with m as it was, and m' = g in the first step; 0: direction g - sigma m'.</param>
/// <param name="AveragesDirection">1: m' = lambda m + (1 - lambda) (g - sigma m); 0: m' = lambda m + (1 - lambda) g. Counts with the old
/// average only.</param>
internal readonly record struct FriendlyStep(float Sigma, float Lambda, int UsesOldAverage, int AveragesDirection);
