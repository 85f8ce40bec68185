namespace Sam.Native.Cuda;

/// <summary>How a context waits, and what it allows.</summary>
[Flags]
public enum CudaContextFlags : uint
{
    /// <summary>The driver chooses how to wait.</summary>
    Auto = 0,

    /// <summary>A wait spins.</summary>
    Spin = 1,

    /// <summary>A wait yields.</summary>
    Yield = 2,

    /// <summary>A wait sleeps.</summary>
    BlockingSync = 4,

    /// <summary>Host memory can be mapped; always so today.</summary>
    MapHost = 8,
}
