namespace Sam.Native.Cuda;

/// <summary>What a call of NVRTC answers (nvrtcResult).</summary>
public enum NvrtcResult
{
    /// <summary>The call did what it was asked to do.</summary>
    Success = 0,

    /// <summary>The host has not enough memory left.</summary>
    OutOfMemory = 1,

    /// <summary>The program cannot be created.</summary>
    ProgramCreationFailure = 2,

    /// <summary>An argument is not valid.</summary>
    InvalidInput = 3,

    /// <summary>The program handle names nothing.</summary>
    InvalidProgram = 4,

    /// <summary>A compiler option is not known.</summary>
    InvalidOption = 5,

    /// <summary>The source does not compile; the log says where.</summary>
    Compilation = 6,

    /// <summary>The builtins library is missing or of another version.</summary>
    BuiltinOperationFailure = 7,

    /// <summary>Name expressions must be added before compiling.</summary>
    NoNameExpressionsAfterCompilation = 8,

    /// <summary>Lowered names exist after compiling only.</summary>
    NoLoweredNamesBeforeCompilation = 9,

    /// <summary>The name expression was not added.</summary>
    NameExpressionNotValid = 10,

    /// <summary>The compiler failed inside.</summary>
    InternalError = 11,

    /// <summary>The file of times cannot be written.</summary>
    TimeFileWriteFailed = 12,
}
