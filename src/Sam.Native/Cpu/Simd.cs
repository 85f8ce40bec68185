using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The register width in use. No result depends on it, only the speed.</summary>
internal static class Simd
{
    /// <summary>The widest registers that this process may use.</summary>
    public static readonly SimdWidth Widest =
        Vector512.IsHardwareAccelerated ? SimdWidth.Vector512 : Vector256.IsHardwareAccelerated ? SimdWidth.Vector256 : SimdWidth.Vector128;

    [ThreadStatic]
    private static SimdWidth forced;

    /// <summary>The width that kernels called from this thread use: <see cref="Widest"/> unless <see cref="Force"/> says otherwise.</summary>
    public static SimdWidth Width => forced == default ? Widest : forced;

    /// <summary>Makes kernels called from this thread use another width, for tests and measurements; every width runs on every machine.</summary>
    /// <param name="width">The width, or default for <see cref="Widest"/>.</param>
    public static void Force(SimdWidth width) => forced = width;
}
