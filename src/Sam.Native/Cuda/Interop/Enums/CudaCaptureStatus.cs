namespace Sam.Native.Cuda;

/// <summary>What a stream's capture is doing.</summary>
public enum CudaCaptureStatus
{
    /// <summary>The stream is not capturing.</summary>
    None = 0,

    /// <summary>The stream is capturing.</summary>
    Active = 1,

    /// <summary>A call broke the capture; ending it gives the error.</summary>
    Invalidated = 2,
}
