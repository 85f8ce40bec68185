namespace Sam.Native.Cuda;

/// <summary>A kernel of a loaded module (CUfunction), ready to launch.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no kernel.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaFunction(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
