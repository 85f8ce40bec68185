namespace Sam.Native.Cuda;

/// <summary>The functions of cuBLAS, as pointers filled by name from an installed library or from an emulator.</summary>
/// <remarks>One object a library; it is shared, never copied. Matrices are column-major, leading dimensions and increments are in
/// elements. Matrices and
/// vectors are device addresses; scalars are where the pointer mode says. Work runs in the handle's stream and can be captured.</remarks>
public sealed unsafe partial class CublasTable
{
    /// <summary><c>cublasCreate_v2</c>: a handle for the current context.</summary>
    public readonly delegate* unmanaged<CublasHandle*, CublasStatus> Create;

    /// <summary><c>cublasDestroy_v2</c>: destroys a handle.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasStatus> Destroy;

    /// <summary><c>cublasGetVersion_v2</c>: the library's version, 120400 for 12.4.</summary>
    public readonly delegate* unmanaged<CublasHandle, int*, CublasStatus> GetVersion;

    /// <summary><c>cublasGetStatusName</c>: the name of a code.</summary>
    public readonly delegate* unmanaged<CublasStatus, byte*> GetStatusName;

    /// <summary><c>cublasGetStatusString</c>: what a code means.</summary>
    public readonly delegate* unmanaged<CublasStatus, byte*> GetStatusString;

    /// <summary><c>cublasSetStream_v2</c>: the stream that later calls run in; takes the workspace back to the library's own.</summary>
    public readonly delegate* unmanaged<CublasHandle, CudaStream, CublasStatus> SetStream;

    /// <summary><c>cublasGetStream_v2</c>: that stream.</summary>
    public readonly delegate* unmanaged<CublasHandle, CudaStream*, CublasStatus> GetStream;

    /// <summary><c>cublasSetWorkspace_v2</c>: device memory for the library to work in, 256-byte aligned.</summary>
    public readonly delegate* unmanaged<CublasHandle, nint, nuint, CublasStatus> SetWorkspace;

    /// <summary><c>cublasSetMathMode</c>: what products may trade for speed.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasMath, CublasStatus> SetMathMode;

    /// <summary><c>cublasGetMathMode</c>: that mode.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasMath*, CublasStatus> GetMathMode;

    /// <summary><c>cublasSetPointerMode_v2</c>: where scalars are.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasPointerMode, CublasStatus> SetPointerMode;

    /// <summary><c>cublasGetPointerMode_v2</c>: that mode.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasPointerMode*, CublasStatus> GetPointerMode;

    /// <summary><c>cublasSgemm_v2</c>: C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C: m, n, k, alpha, A, lda, B, ldb,
    /// beta, C, ldc; column-major.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, nint, int,
        float*, nint, int, CublasStatus> Sgemm;

    /// <summary><c>cublasSgemmStridedBatched</c>: the same for a batch at equal distances, in elements, after each matrix; the
    /// last argument is the number of products.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, long, nint,
        int, long, float*, nint, int, long, int, CublasStatus> SgemmStridedBatched;

    /// <summary><c>cublasGemmEx</c>: the same with element types after each matrix, then the compute type and the algorithm
    /// (-1 for the library's choice).</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int,
        nint, CublasDataType, int, void*, nint, CublasDataType, int, CublasComputeType, int, CublasStatus> GemmEx;

    /// <summary><c>cublasGemmStridedBatchedEx</c>: both of these together.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int,
        long, nint, CublasDataType, int, long, void*, nint, CublasDataType, int, long, int, CublasComputeType, int,
        CublasStatus> GemmStridedBatchedEx;

    /// <summary><c>cublasSgemv_v2</c>: y = alpha op(A) x + beta y: rows, columns, alpha, A, lda, x, incx, beta, y, incy.</summary>
    public readonly delegate* unmanaged<CublasHandle, CublasOperation, int, int, float*, nint, int, nint, int, float*, nint, int,
        CublasStatus> Sgemv;

    /// <summary><c>cublasSaxpy_v2</c>: y += alpha x: n, alpha, x, incx, y, incy.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, float*, nint, int, nint, int, CublasStatus> Saxpy;

    /// <summary><c>cublasSscal_v2</c>: x *= alpha: n, alpha, x, incx.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, float*, nint, int, CublasStatus> Sscal;

    /// <summary><c>cublasScopy_v2</c>: y = x: n, x, incx, y, incy.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, nint, int, nint, int, CublasStatus> Scopy;

    /// <summary><c>cublasSdot_v2</c>: the dot product: n, x, incx, y, incy, result.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, nint, int, nint, int, float*, CublasStatus> Sdot;

    /// <summary><c>cublasSnrm2_v2</c>: the Euclidean norm: n, x, incx, result.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus> Snrm2;

    /// <summary><c>cublasSasum_v2</c>: the sum of absolute values: n, x, incx, result.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus> Sasum;

    /// <summary><c>cublasIsamax_v2</c>: the first index of the largest absolute value, counted from 1: n, x, incx, result.</summary>
    public readonly delegate* unmanaged<CublasHandle, int, nint, int, int*, CublasStatus> Isamax;
}
