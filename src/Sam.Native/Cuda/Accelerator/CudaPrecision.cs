namespace Sam.Native.Cuda;

/// <summary>What the operands of products are rounded to, of linear layers and convolutions in their forward and backward passes. Whatever it is,
/// products are summed in float32 and written in float32: weights, gradients, activations and the optimizer's state stay float32.</summary>
public enum CudaPrecision
{
    /// <summary>Float32: 24 bits of mantissa, not rounded.</summary>
    Float32,

    /// <summary>TF32: 11 bits of mantissa, the range of float32; operands lie in 32 bits.</summary>
    Tf32,

    /// <summary>bfloat16: 8 bits of mantissa, the range of float32; operands are stored in 16 bits.</summary>
    BFloat16,

    /// <summary>float16: 11 bits of mantissa, at most 65504, in steps of 2^-24 below 2^-14; operands are stored in 16 bits. Gradients below that vanish
    /// and above it are infinite: train with <see cref="SamOptions.LossScaling"/>, which skips a step of infinite gradients and lowers the
    /// scale.</summary>
    Float16,
}
