namespace Sam.Native.Cuda;

public sealed unsafe partial class NvrtcTable
{
    /// <summary>Fills the table by name.</summary>
    /// <param name="entries">Where to find the functions; it remembers those that are missing.</param>
    internal NvrtcTable(EntryPoints entries)
    {
        Version = (delegate* unmanaged<int*, int*, NvrtcResult>)entries.Required("nvrtcVersion");
        GetSupportedArchitectureCount = (delegate* unmanaged<int*, NvrtcResult>)entries.Required("nvrtcGetNumSupportedArchs");
        GetSupportedArchitectures = (delegate* unmanaged<int*, NvrtcResult>)entries.Required("nvrtcGetSupportedArchs");
        GetErrorString = (delegate* unmanaged<NvrtcResult, byte*>)entries.Required("nvrtcGetErrorString");
        CreateProgram =
            (delegate* unmanaged<NvrtcProgram*, byte*, byte*, int, byte**, byte**, NvrtcResult>)
            entries.Required("nvrtcCreateProgram");
        DestroyProgram = (delegate* unmanaged<NvrtcProgram*, NvrtcResult>)entries.Required("nvrtcDestroyProgram");
        CompileProgram = (delegate* unmanaged<NvrtcProgram, int, byte**, NvrtcResult>)entries.Required("nvrtcCompileProgram");
        AddNameExpression = (delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult>)entries.Required("nvrtcAddNameExpression");
        GetLoweredName = (delegate* unmanaged<NvrtcProgram, byte*, byte**, NvrtcResult>)entries.Required("nvrtcGetLoweredName");
        GetProgramLogSize = (delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult>)entries.Required("nvrtcGetProgramLogSize");
        GetProgramLog = (delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult>)entries.Required("nvrtcGetProgramLog");
        GetPtxSize = (delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult>)entries.Required("nvrtcGetPTXSize");
        GetPtx = (delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult>)entries.Required("nvrtcGetPTX");
        GetCubinSize = (delegate* unmanaged<NvrtcProgram, nuint*, NvrtcResult>)entries.Required("nvrtcGetCUBINSize");
        GetCubin = (delegate* unmanaged<NvrtcProgram, byte*, NvrtcResult>)entries.Required("nvrtcGetCUBIN");
    }
}
