using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class CublasFunctions
{
    /// <summary>The address of a function.</summary>
    /// <param name="name">Its exact, versioned C name.</param>
    /// <returns>The address; 0 where there is no such function.</returns>
    internal static nint Find(string name) => name switch
    {
        "cublasCreate_v2" => (nint)(delegate* unmanaged<CublasHandle*, CublasStatus>)&Create,
        "cublasDestroy_v2" => (nint)(delegate* unmanaged<CublasHandle, CublasStatus>)&Destroy,
        "cublasGetVersion_v2" => (nint)(delegate* unmanaged<CublasHandle, int*, CublasStatus>)&GetVersion,
        "cublasGetStatusName" => (nint)(delegate* unmanaged<CublasStatus, byte*>)&GetStatusName,
        "cublasGetStatusString" => (nint)(delegate* unmanaged<CublasStatus, byte*>)&GetStatusString,
        "cublasSetStream_v2" => (nint)(delegate* unmanaged<CublasHandle, CudaStream, CublasStatus>)&SetStream,
        "cublasGetStream_v2" => (nint)(delegate* unmanaged<CublasHandle, CudaStream*, CublasStatus>)&GetStream,
        "cublasSetWorkspace_v2" => (nint)(delegate* unmanaged<CublasHandle, nint, nuint, CublasStatus>)&SetWorkspace,
        "cublasSetMathMode" => (nint)(delegate* unmanaged<CublasHandle, CublasMath, CublasStatus>)&SetMathMode,
        "cublasGetMathMode" => (nint)(delegate* unmanaged<CublasHandle, CublasMath*, CublasStatus>)&GetMathMode,
        "cublasSetPointerMode_v2" => (nint)(delegate* unmanaged<CublasHandle, CublasPointerMode, CublasStatus>)&SetPointerMode,
        "cublasGetPointerMode_v2" => (nint)(delegate* unmanaged<CublasHandle, CublasPointerMode*, CublasStatus>)&GetPointerMode,
        "cublasSgemm_v2" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, nint, int,
                float*, nint, int, CublasStatus>)&Sgemm,
        "cublasSgemmStridedBatched" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, long, nint,
                int, long, float*, nint, int, long, int, CublasStatus>)&SgemmStridedBatched,
        "cublasGemmEx" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int,
                nint, CublasDataType, int, void*, nint, CublasDataType, int, CublasComputeType, int, CublasStatus>)&GemmEx,
        "cublasGemmStridedBatchedEx" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int,
                long, nint, CublasDataType, int, long, void*, nint, CublasDataType, int, long, int, CublasComputeType, int,
                CublasStatus>)&GemmStridedBatchedEx,
        "cublasSgemv_v2" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, int, int, float*, nint, int, nint, int, float*, nint, int,
                CublasStatus>)&Sgemv,
        "cublasSaxpy_v2" => (nint)(delegate* unmanaged<CublasHandle, int, float*, nint, int, nint, int, CublasStatus>)&Saxpy,
        "cublasSscal_v2" => (nint)(delegate* unmanaged<CublasHandle, int, float*, nint, int, CublasStatus>)&Sscal,
        "cublasScopy_v2" => (nint)(delegate* unmanaged<CublasHandle, int, nint, int, nint, int, CublasStatus>)&Scopy,
        "cublasSdot_v2" => (nint)(delegate* unmanaged<CublasHandle, int, nint, int, nint, int, float*, CublasStatus>)&Sdot,
        "cublasSnrm2_v2" => (nint)(delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus>)&Snrm2,
        "cublasSasum_v2" => (nint)(delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus>)&Sasum,
        "cublasIsamax_v2" => (nint)(delegate* unmanaged<CublasHandle, int, nint, int, int*, CublasStatus>)&Isamax,
        _ => 0,
    };
}
