namespace Sam.Native.Cuda;

/// <summary>A loaded module (CUmodule): kernels and globals of one PTX or cubin image.</summary>
/// <param name="Value">The number that the library knows it by; 0 is no module.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct CudaModule(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
