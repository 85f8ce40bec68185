namespace Sam.Native.Cuda;

/// <summary>An event (CUevent): a point in a stream that others wait for or that is timed.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no event.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaEvent(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
