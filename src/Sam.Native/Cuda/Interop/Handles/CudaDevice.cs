namespace Sam.Native.Cuda;

/// <summary>A device as the driver names it (CUdevice).</summary>
/// <param name="Value">The number that <c>cuDeviceGet</c> gave; not always the ordinal that was asked for.</param>
/// <remarks>A plain number with a type; it owns nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaDevice(int Value);
