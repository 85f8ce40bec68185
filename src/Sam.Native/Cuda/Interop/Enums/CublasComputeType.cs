namespace Sam.Native.Cuda;

/// <summary>The precision that a product is computed in (cublasComputeType_t).</summary>
public enum CublasComputeType
{
    /// <summary>Float16.</summary>
    Compute16F = 64,

    /// <summary>Float16, the prescribed precision at every step.</summary>
    Compute16FPedantic = 65,

    /// <summary>Float32.</summary>
    Compute32F = 68,

    /// <summary>Float32, the prescribed precision at every step.</summary>
    Compute32FPedantic = 69,

    /// <summary>Float32 with inputs rounded to float16.</summary>
    Compute32FFast16F = 74,

    /// <summary>Float32 with inputs rounded to bfloat16.</summary>
    Compute32FFast16BF = 75,

    /// <summary>Float32 with inputs rounded to TF32.</summary>
    Compute32FFastTf32 = 77,

    /// <summary>Float64.</summary>
    Compute64F = 70,

    /// <summary>Int32.</summary>
    Compute32I = 72,
}
