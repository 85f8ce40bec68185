namespace Sam.Native.Cuda;

/// <summary>A graph (CUgraph): work with its dependencies, as a capture leaves it.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no graph.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaGraph(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
