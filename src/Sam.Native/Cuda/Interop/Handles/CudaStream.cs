namespace Sam.Native.Cuda;

/// <summary>A stream (CUstream): work in it runs in the order of its calls.</summary>
/// <param name="Value">The number that the library knows it by; 0 is the context's default stream.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaStream(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
