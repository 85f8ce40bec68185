namespace Sam.Native.Cuda;

/// <summary>A CUDA context (CUcontext): one process's state on one device.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no context.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaContext(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
