namespace Sam.Native.Cuda;

/// <summary>Names and texts of <see cref="NvrtcResult"/>, as constants, for when no library is there to ask.</summary>
internal static class NvrtcResultText
{
    /// <summary>The library's own name of a code.</summary>
    /// <param name="result">Any code.</param>
    /// <returns>The name in C, null-terminated UTF-8; empty for a code that is not known.</returns>
    internal static ReadOnlySpan<byte> Name(NvrtcResult result) => result switch
    {
        NvrtcResult.Success => "NVRTC_SUCCESS"u8,
        NvrtcResult.OutOfMemory => "NVRTC_ERROR_OUT_OF_MEMORY"u8,
        NvrtcResult.ProgramCreationFailure => "NVRTC_ERROR_PROGRAM_CREATION_FAILURE"u8,
        NvrtcResult.InvalidInput => "NVRTC_ERROR_INVALID_INPUT"u8,
        NvrtcResult.InvalidProgram => "NVRTC_ERROR_INVALID_PROGRAM"u8,
        NvrtcResult.InvalidOption => "NVRTC_ERROR_INVALID_OPTION"u8,
        NvrtcResult.Compilation => "NVRTC_ERROR_COMPILATION"u8,
        NvrtcResult.BuiltinOperationFailure => "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE"u8,
        NvrtcResult.NoNameExpressionsAfterCompilation => "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION"u8,
        NvrtcResult.NoLoweredNamesBeforeCompilation => "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION"u8,
        NvrtcResult.NameExpressionNotValid => "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID"u8,
        NvrtcResult.InternalError => "NVRTC_ERROR_INTERNAL_ERROR"u8,
        NvrtcResult.TimeFileWriteFailed => "NVRTC_ERROR_TIME_FILE_WRITE_FAILED"u8,
        _ => default,
    };

    /// <summary>A sentence that says what a code means.</summary>
    /// <param name="result">Any code.</param>
    /// <returns>The sentence, null-terminated UTF-8; empty for a code that is not known.</returns>
    internal static ReadOnlySpan<byte> Text(NvrtcResult result) => result switch
    {
        NvrtcResult.Success => "The call did what it was asked to do."u8,
        NvrtcResult.OutOfMemory => "The host has not enough memory left."u8,
        NvrtcResult.ProgramCreationFailure => "The program cannot be created."u8,
        NvrtcResult.InvalidInput => "An argument is not valid."u8,
        NvrtcResult.InvalidProgram => "The program handle names nothing."u8,
        NvrtcResult.InvalidOption => "A compiler option is not known."u8,
        NvrtcResult.Compilation => "The source does not compile; the log says where."u8,
        NvrtcResult.BuiltinOperationFailure => "The builtins library is missing or of another version."u8,
        NvrtcResult.NoNameExpressionsAfterCompilation => "Name expressions must be added before compiling."u8,
        NvrtcResult.NoLoweredNamesBeforeCompilation => "Lowered names exist after compiling only."u8,
        NvrtcResult.NameExpressionNotValid => "The name expression was not added."u8,
        NvrtcResult.InternalError => "The compiler failed inside."u8,
        NvrtcResult.TimeFileWriteFailed => "The file of times cannot be written."u8,
        _ => default,
    };
}
