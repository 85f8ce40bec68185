namespace Sam.Native.Cuda;

/// <summary>An instantiated graph (CUgraphExec), ready to launch as often as wanted.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no graph.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaGraphExec(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
