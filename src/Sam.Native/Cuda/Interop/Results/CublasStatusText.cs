namespace Sam.Native.Cuda;

/// <summary>Names and texts of <see cref="CublasStatus"/>, as constants, for when no library is there to ask.</summary>
internal static class CublasStatusText
{
    /// <summary>The library's own name of a code.</summary>
    /// <param name="result">Any code.</param>
    /// <returns>The name in C, null-terminated UTF-8; empty for a code that is not known.</returns>
    internal static ReadOnlySpan<byte> Name(CublasStatus result) => result switch
    {
        CublasStatus.Success => "CUBLAS_STATUS_SUCCESS"u8,
        CublasStatus.NotInitialized => "CUBLAS_STATUS_NOT_INITIALIZED"u8,
        CublasStatus.AllocFailed => "CUBLAS_STATUS_ALLOC_FAILED"u8,
        CublasStatus.InvalidValue => "CUBLAS_STATUS_INVALID_VALUE"u8,
        CublasStatus.ArchMismatch => "CUBLAS_STATUS_ARCH_MISMATCH"u8,
        CublasStatus.MappingError => "CUBLAS_STATUS_MAPPING_ERROR"u8,
        CublasStatus.ExecutionFailed => "CUBLAS_STATUS_EXECUTION_FAILED"u8,
        CublasStatus.InternalError => "CUBLAS_STATUS_INTERNAL_ERROR"u8,
        CublasStatus.NotSupported => "CUBLAS_STATUS_NOT_SUPPORTED"u8,
        CublasStatus.LicenseError => "CUBLAS_STATUS_LICENSE_ERROR"u8,
        _ => default,
    };

    /// <summary>A sentence that says what a code means.</summary>
    /// <param name="result">Any code.</param>
    /// <returns>The sentence, null-terminated UTF-8; empty for a code that is not known.</returns>
    internal static ReadOnlySpan<byte> Text(CublasStatus result) => result switch
    {
        CublasStatus.Success => "The call did what it was asked to do."u8,
        CublasStatus.NotInitialized => "The handle was not created."u8,
        CublasStatus.AllocFailed => "The device has not enough memory left."u8,
        CublasStatus.InvalidValue => "An argument is outside the range that the call accepts."u8,
        CublasStatus.ArchMismatch => "The device lacks what the call needs."u8,
        CublasStatus.MappingError => "Device memory cannot be reached."u8,
        CublasStatus.ExecutionFailed => "A kernel of the library failed."u8,
        CublasStatus.InternalError => "The library failed inside."u8,
        CublasStatus.NotSupported => "The combination of arguments is not supported."u8,
        CublasStatus.LicenseError => "The library has no licence for this use."u8,
        _ => default,
    };
}
