namespace Sam.Emulator;

/// <summary>How a product rounds float32 inputs before it multiplies them.</summary>
internal enum BlasRounding
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>To 10 bits of mantissa, to nearest, ties away from zero, as <c>cvt.rna.tf32.f32</c> does.</summary>
    Tf32,

    /// <summary>To float16, to nearest even.</summary>
    Float16,

    /// <summary>To bfloat16, to nearest even.</summary>
    BFloat16,
}
