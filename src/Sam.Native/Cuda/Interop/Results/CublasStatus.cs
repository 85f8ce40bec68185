namespace Sam.Native.Cuda;

/// <summary>What a call of cuBLAS answers (cublasStatus_t).</summary>
public enum CublasStatus
{
    /// <summary>The call did what it was asked to do.</summary>
    Success = 0,

    /// <summary>The handle was not created.</summary>
    NotInitialized = 1,

    /// <summary>The device has not enough memory left.</summary>
    AllocFailed = 3,

    /// <summary>An argument is outside the range that the call accepts.</summary>
    InvalidValue = 7,

    /// <summary>The device lacks what the call needs.</summary>
    ArchMismatch = 8,

    /// <summary>Device memory cannot be reached.</summary>
    MappingError = 11,

    /// <summary>A kernel of the library failed.</summary>
    ExecutionFailed = 13,

    /// <summary>The library failed inside.</summary>
    InternalError = 14,

    /// <summary>The combination of arguments is not supported.</summary>
    NotSupported = 15,

    /// <summary>The library has no licence for this use.</summary>
    LicenseError = 16,
}
