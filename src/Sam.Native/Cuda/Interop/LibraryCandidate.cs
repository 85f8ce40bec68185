namespace Sam.Native.Cuda;

/// <summary>A name or path that a library may be found under.</summary>
/// <param name="Path">Name for the system's loader, or a path.</param>
/// <param name="Major">The CUDA release that it belongs to: 12 for libcublas.so.12; 0 where any driver will do.</param>
internal readonly record struct LibraryCandidate(string Path, int Major = 0)
{
    /// <summary>Whether a driver can run what the library makes. Within a release it can, whichever of the two is newer; a library of a later
    /// release loads and then fails at its first call.</summary>
    /// <param name="driverVersion">The CUDA version that the driver supports, 12040 for 12.4; 0 where there is none.</param>
    public bool Fits(int driverVersion) => driverVersion <= 0 || Major <= driverVersion / 1000;
}
