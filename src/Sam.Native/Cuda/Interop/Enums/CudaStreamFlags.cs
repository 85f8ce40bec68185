namespace Sam.Native.Cuda;

/// <summary>How a stream is created.</summary>
[Flags]
public enum CudaStreamFlags : uint
{
    /// <summary>Waits for, and is waited for by, the legacy default stream.</summary>
    Default = 0,

    /// <summary>Independent of the legacy default stream.</summary>
    NonBlocking = 1,
}
