namespace Sam.Native.Cuda;

/// <summary>The type of a matrix's elements (cudaDataType).</summary>
public enum CublasDataType
{
    /// <summary>32-bit IEEE float (CUDA_R_32F).</summary>
    Float32 = 0,

    /// <summary>64-bit IEEE float (CUDA_R_64F).</summary>
    Float64 = 1,

    /// <summary>16-bit IEEE float (CUDA_R_16F).</summary>
    Float16 = 2,

    /// <summary>8-bit integer (CUDA_R_8I).</summary>
    Int8 = 3,

    /// <summary>32-bit integer (CUDA_R_32I).</summary>
    Int32 = 10,

    /// <summary>16-bit brain float (CUDA_R_16BF).</summary>
    BFloat16 = 14,
}
