namespace Sam.Native.Cuda;

/// <summary>Where scalars are (cublasPointerMode_t).</summary>
public enum CublasPointerMode
{
    /// <summary>Scalars are in host memory, read at the call; results are written after a wait.</summary>
    Host = 0,

    /// <summary>Scalars are in device memory, read and written in the stream.</summary>
    Device = 1,
}
