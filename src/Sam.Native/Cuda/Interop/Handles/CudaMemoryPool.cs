namespace Sam.Native.Cuda;

/// <summary>A pool that stream-ordered allocations come from (CUmemoryPool).</summary>
/// <param name="Value">The number that the library knows it by; 0 is no pool.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaMemoryPool(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
