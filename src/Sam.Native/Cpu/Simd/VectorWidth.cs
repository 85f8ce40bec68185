using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The register width that a kernel works in; results do not depend on it.</summary>
internal enum VectorWidth
{
    /// <summary>4 floats.</summary>
    Vector128,

    /// <summary>8 floats.</summary>
    Vector256,

    /// <summary>16 floats.</summary>
    Vector512,
}

/// <summary>What this machine works in.</summary>
internal static class VectorWidths
{
    /// <summary>The widest that the processor runs at full speed.</summary>
    public static VectorWidth Best { get; } = Vector512.IsHardwareAccelerated ? VectorWidth.Vector512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Vector256
        : VectorWidth.Vector128;
}
