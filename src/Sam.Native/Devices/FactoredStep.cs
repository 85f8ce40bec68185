namespace Sam.Native;

/// <summary>Adafactor's numbers in one step; see <see cref="DeviceKernels.FactoredDirection"/>.</summary>
/// <param name="Floor">epsilon1: the smallest mean of row moments, and the smallest root of a second moment.</param>
/// <param name="SmallestScale">epsilon2: the least that a tensor's root mean square counts.</param>
/// <param name="Threshold">d: the root mean square from which on the direction is scaled down.</param>
internal readonly record struct FactoredStep(float Floor, float SmallestScale, float Threshold);
