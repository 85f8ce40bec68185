namespace Sam.Native.Cuda;

/// <summary>How a matrix is read (cublasOperation_t).</summary>
public enum CublasOperation
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Transposed.</summary>
    Transpose = 1,

    /// <summary>Conjugated and transposed; for real numbers the same as transposed.</summary>
    ConjugateTranspose = 2,
}
