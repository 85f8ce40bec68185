namespace Sam.Native.Cuda;

public sealed unsafe partial class CublasTable
{
    /// <summary>Fills the table by name.</summary>
    /// <param name="entries">Where to find the functions; it remembers those that are missing.</param>
    internal CublasTable(EntryPoints entries)
    {
        Create = (delegate* unmanaged<CublasHandle*, CublasStatus>)entries.Required("cublasCreate_v2");
        Destroy = (delegate* unmanaged<CublasHandle, CublasStatus>)entries.Required("cublasDestroy_v2");
        GetVersion = (delegate* unmanaged<CublasHandle, int*, CublasStatus>)entries.Required("cublasGetVersion_v2");
        GetStatusName = (delegate* unmanaged<CublasStatus, byte*>)entries.Required("cublasGetStatusName");
        GetStatusString = (delegate* unmanaged<CublasStatus, byte*>)entries.Required("cublasGetStatusString");
        SetStream = (delegate* unmanaged<CublasHandle, CudaStream, CublasStatus>)entries.Required("cublasSetStream_v2");
        GetStream = (delegate* unmanaged<CublasHandle, CudaStream*, CublasStatus>)entries.Required("cublasGetStream_v2");
        SetWorkspace = (delegate* unmanaged<CublasHandle, nint, nuint, CublasStatus>)entries.Required("cublasSetWorkspace_v2");
        SetMathMode = (delegate* unmanaged<CublasHandle, CublasMath, CublasStatus>)entries.Required("cublasSetMathMode");
        GetMathMode = (delegate* unmanaged<CublasHandle, CublasMath*, CublasStatus>)entries.Required("cublasGetMathMode");
        SetPointerMode = (delegate* unmanaged<CublasHandle, CublasPointerMode, CublasStatus>)entries.Required("cublasSetPointerMode_v2");
        GetPointerMode = (delegate* unmanaged<CublasHandle, CublasPointerMode*, CublasStatus>)entries.Required("cublasGetPointerMode_v2");
        Sgemm =
            (delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, nint, int, float*,
                nint, int, CublasStatus>)
            entries.Required("cublasSgemm_v2");
        SgemmStridedBatched =
            (delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, long, nint, int,
                long, float*, nint, int, long, int, CublasStatus>)
            entries.Required("cublasSgemmStridedBatched");
        GemmEx =
            (delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int, nint,
                CublasDataType, int, void*, nint, CublasDataType, int, CublasComputeType, int, CublasStatus>)
            entries.Required("cublasGemmEx");
        GemmStridedBatchedEx =
            (delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, void*, nint, CublasDataType, int, long,
                nint, CublasDataType, int, long, void*, nint, CublasDataType, int, long, int, CublasComputeType, int, CublasStatus>)
            entries.Required("cublasGemmStridedBatchedEx");
        Sgemv =
            (delegate* unmanaged<CublasHandle, CublasOperation, int, int, float*, nint, int, nint, int, float*, nint, int, CublasStatus>)
            entries.Required("cublasSgemv_v2");
        Saxpy = (delegate* unmanaged<CublasHandle, int, float*, nint, int, nint, int, CublasStatus>)entries.Required("cublasSaxpy_v2");
        Sscal = (delegate* unmanaged<CublasHandle, int, float*, nint, int, CublasStatus>)entries.Required("cublasSscal_v2");
        Scopy = (delegate* unmanaged<CublasHandle, int, nint, int, nint, int, CublasStatus>)entries.Required("cublasScopy_v2");
        Sdot = (delegate* unmanaged<CublasHandle, int, nint, int, nint, int, float*, CublasStatus>)entries.Required("cublasSdot_v2");
        Snrm2 = (delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus>)entries.Required("cublasSnrm2_v2");
        Sasum = (delegate* unmanaged<CublasHandle, int, nint, int, float*, CublasStatus>)entries.Required("cublasSasum_v2");
        Isamax = (delegate* unmanaged<CublasHandle, int, nint, int, int*, CublasStatus>)entries.Required("cublasIsamax_v2");
    }
}
