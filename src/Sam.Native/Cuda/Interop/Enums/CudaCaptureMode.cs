namespace Sam.Native.Cuda;

/// <summary>Which calls a capture forbids meanwhile, and to whom.</summary>
public enum CudaCaptureMode
{
    /// <summary>No thread may make a call that could break a capture.</summary>
    Global = 0,

    /// <summary>The capturing thread may not.</summary>
    ThreadLocal = 1,

    /// <summary>Every thread may.</summary>
    Relaxed = 2,
}
