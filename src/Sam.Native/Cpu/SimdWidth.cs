namespace Sam.Native.Cpu;

/// <summary>The register size that the kernels use.</summary>
internal enum SimdWidth
{
    /// <summary>128-bit registers: every machine.</summary>
    Vector128 = 128,

    /// <summary>256-bit registers: AVX2.</summary>
    Vector256 = 256,

    /// <summary>512-bit registers: AVX-512.</summary>
    Vector512 = 512,
}
