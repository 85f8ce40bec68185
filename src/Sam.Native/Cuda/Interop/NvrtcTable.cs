namespace Sam.Native.Cuda;

/// <summary>The functions of NVRTC, NVIDIA's run-time compiler of CUDA C++, as pointers filled by name.</summary>
/// <remarks>One object a library; it is shared, never copied. Each field is called as the C function of its name is; nothing is marshalled.
/// NVRTC needs no GPU and no driver. Texts are null-terminated UTF-8. Programs may be compiled on several threads at once.</remarks>
public sealed unsafe partial class NvrtcTable
{
    /// <summary><c>nvrtcVersion</c>: the compiler's version: major and minor.</summary>
    public readonly delegate* unmanaged<int*, int*, NvrtcResult> Version;

    /// <summary><c>nvrtcGetNumSupportedArchs</c>: the number of architectures it compiles for.</summary>
    public readonly delegate* unmanaged<int*, NvrtcResult> GetSupportedArchitectureCount;

    /// <summary><c>nvrtcGetSupportedArchs</c>: those architectures in ascending order, 80 for compute_80.</summary>
    public readonly delegate* unmanaged<int*, NvrtcResult> GetSupportedArchitectures;

    /// <summary><c>nvrtcGetErrorString</c>: the name of a code.</summary>
    public readonly delegate* unmanaged<NvrtcResult, byte*> GetErrorString;

    /// <summary><c>nvrtcCreateProgram</c>: a program of a source, a name, and so many headers with their texts and names.</summary>
    public readonly delegate* unmanaged<NvrtcProgram*, byte*, byte*, int, byte**, byte**, NvrtcResult> CreateProgram;

    /// <summary><c>nvrtcDestroyProgram</c>: destroys a program and sets the handle to 0.</summary>
    public readonly delegate* unmanaged<NvrtcProgram*, NvrtcResult> DestroyProgram;

    /// <summary><c>nvrtcCompileProgram</c>: compiles with so many options.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, int, byte**, NvrtcResult> CompileProgram;

    /// <summary><c>nvrtcAddNameExpression</c>: keeps a template instance or a mangled function under a name.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult> AddNameExpression;

    /// <summary><c>nvrtcGetLoweredName</c>: the mangled name of such an expression.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, byte*, byte**, NvrtcResult> GetLoweredName;

    /// <summary><c>nvrtcGetProgramLogSize</c>: bytes of the log with its end.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult> GetProgramLogSize;

    /// <summary><c>nvrtcGetProgramLog</c>: the log.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult> GetProgramLog;

    /// <summary><c>nvrtcGetPTXSize</c>: bytes of the PTX with its end.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult> GetPtxSize;

    /// <summary><c>nvrtcGetPTX</c>: the PTX.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult> GetPtx;

    /// <summary><c>nvrtcGetCUBINSize</c>: bytes of the cubin; 0 unless compiled for sm_XX.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult> GetCubinSize;

    /// <summary><c>nvrtcGetCUBIN</c>: the cubin.</summary>
    public readonly delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult> GetCubin;
}
