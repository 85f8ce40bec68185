namespace Sam.Native.Cpu;

/// <summary>The register width in use. No result depends on it, only the speed.</summary>
internal static class Simd
{
    [ThreadStatic]
    private static VectorWidth? t_forced;

    /// <summary>The width that kernels called from this thread use: the machine's best unless <see cref="Force"/> says otherwise.</summary>
    public static VectorWidth Width => t_forced ?? VectorWidths.Best;

    /// <summary>Makes kernels called from this thread use another width, for tests and measurements; every width runs on every
    /// machine.</summary>
    /// <param name="width">The width, or null for the machine's best.</param>
    public static void Force(VectorWidth? width) => t_forced = width;
}
