namespace Sam.Native.Cuda;

/// <summary>What <c>cuModuleLoadDataEx</c> can be told, and gives back (CUjit_option).</summary>
public enum CudaJitOption
{
    /// <summary>Registers of a thread, at most.</summary>
    MaxRegisters = 0,

    /// <summary>Threads of a block to optimise for.</summary>
    ThreadsPerBlock = 1,

    /// <summary>Gives back the milliseconds spent (float).</summary>
    WallTime = 2,

    /// <summary>Where the log of information goes.</summary>
    InfoLogBuffer = 3,

    /// <summary>Bytes of that buffer; gives back those written.</summary>
    InfoLogBufferSizeBytes = 4,

    /// <summary>Where the log of errors goes.</summary>
    ErrorLogBuffer = 5,

    /// <summary>Bytes of that buffer; gives back those written.</summary>
    ErrorLogBufferSizeBytes = 6,

    /// <summary>0 to 4.</summary>
    OptimizationLevel = 7,

    /// <summary>Build for the current context's device.</summary>
    TargetFromContext = 8,

    /// <summary>Build for this architecture.</summary>
    Target = 9,

    /// <summary>What to do when no matching code is there.</summary>
    FallbackStrategy = 10,

    /// <summary>Whether to keep debug information.</summary>
    GenerateDebugInfo = 11,

    /// <summary>Whether the logs are long.</summary>
    LogVerbose = 12,

    /// <summary>Whether to keep line numbers.</summary>
    GenerateLineInfo = 13,

    /// <summary>How loads are cached.</summary>
    CacheMode = 14,
}
