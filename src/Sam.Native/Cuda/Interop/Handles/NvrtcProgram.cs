namespace Sam.Native.Cuda;

/// <summary>A program being compiled by NVRTC (nvrtcProgram).</summary>
/// <param name="Value">The number that the library knows it by; 0 is no program.</param>
/// <remarks>A plain number with a type: it owns nothing, destroys nothing and converts to nothing implicitly. Blittable.</remarks>
public readonly record struct NvrtcProgram(nint Value)
{
    /// <summary>True for the handle 0.</summary>
    public bool IsNull => Value == 0;
}
