namespace Sam.Native.Cuda;

/// <summary>What a product may trade for speed (cublasMath_t).</summary>
public enum CublasMath
{
    /// <summary>Float32 products in float32.</summary>
    Default = 0,

    /// <summary>Tensor cores with float16 inputs where they fit; deprecated by the library.</summary>
    TensorOp = 1,

    /// <summary>The prescribed precision at every step.</summary>
    Pedantic = 2,

    /// <summary>Float32 products with inputs rounded to TF32.</summary>
    Tf32TensorOp = 3,

    /// <summary>Sums of float16 products are kept in float32; combined with the others.</summary>
    DisallowReducedPrecisionReduction = 16,
}
