namespace Sam.Native.Cuda;

public sealed unsafe partial class CudaDriverTable
{
    /// <summary>Fills the table by name.</summary>
    /// <param name="entries">Where to find the functions; it remembers those that are missing.</param>
    internal CudaDriverTable(EntryPoints entries)
    {
        Init = (delegate* unmanaged<uint, CudaResult>)entries.Required("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, CudaResult>)entries.Required("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<CudaResult, byte**, CudaResult>)entries.Required("cuGetErrorName");
        GetErrorString = (delegate* unmanaged<CudaResult, byte**, CudaResult>)entries.Required("cuGetErrorString");
        DeviceGet = (delegate* unmanaged<CudaDevice*, int, CudaResult>)entries.Required("cuDeviceGet");
        DeviceGetCount = (delegate* unmanaged<int*, CudaResult>)entries.Required("cuDeviceGetCount");
        DeviceGetName = (delegate* unmanaged<byte*, int, CudaDevice, CudaResult>)entries.Required("cuDeviceGetName");
        DeviceGetUuid = (delegate* unmanaged<byte*, CudaDevice, CudaResult>)entries.Required("cuDeviceGetUuid");
        DeviceGetAttribute =
            (delegate* unmanaged<int*, CudaDeviceAttribute, CudaDevice, CudaResult>)
            entries.Required("cuDeviceGetAttribute");
        DeviceTotalMemory = (delegate* unmanaged<nuint*, CudaDevice, CudaResult>)entries.Required("cuDeviceTotalMem_v2");
        PrimaryContextRetain = (delegate* unmanaged<CudaContext*, CudaDevice, CudaResult>)entries.Required("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<CudaDevice, CudaResult>)entries.Required("cuDevicePrimaryCtxRelease_v2");
        PrimaryContextGetState = (delegate* unmanaged<CudaDevice, uint*, int*, CudaResult>)entries.Required("cuDevicePrimaryCtxGetState");
        PrimaryContextReset = (delegate* unmanaged<CudaDevice, CudaResult>)entries.Required("cuDevicePrimaryCtxReset_v2");
        ContextCreate = (delegate* unmanaged<CudaContext*, uint, CudaDevice, CudaResult>)entries.Required("cuCtxCreate_v2");
        ContextDestroy = (delegate* unmanaged<CudaContext, CudaResult>)entries.Required("cuCtxDestroy_v2");
        ContextSetCurrent = (delegate* unmanaged<CudaContext, CudaResult>)entries.Required("cuCtxSetCurrent");
        ContextGetCurrent = (delegate* unmanaged<CudaContext*, CudaResult>)entries.Required("cuCtxGetCurrent");
        ContextPush = (delegate* unmanaged<CudaContext, CudaResult>)entries.Required("cuCtxPushCurrent_v2");
        ContextPop = (delegate* unmanaged<CudaContext*, CudaResult>)entries.Required("cuCtxPopCurrent_v2");
        ContextGetDevice = (delegate* unmanaged<CudaDevice*, CudaResult>)entries.Required("cuCtxGetDevice");
        ContextSynchronize = (delegate* unmanaged<CudaResult>)entries.Required("cuCtxSynchronize");
        ContextGetStreamPriorityRange = (delegate* unmanaged<int*, int*, CudaResult>)entries.Required("cuCtxGetStreamPriorityRange");
        ModuleLoadData = (delegate* unmanaged<CudaModule*, void*, CudaResult>)entries.Required("cuModuleLoadData");
        ModuleLoadDataEx =
            (delegate* unmanaged<CudaModule*, void*, uint, CudaJitOption*, void**, CudaResult>)
            entries.Required("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<CudaModule, CudaResult>)entries.Required("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<CudaFunction*, CudaModule, byte*, CudaResult>)entries.Required("cuModuleGetFunction");
        ModuleGetGlobal = (delegate* unmanaged<nint*, nuint*, CudaModule, byte*, CudaResult>)entries.Required("cuModuleGetGlobal_v2");
        FunctionGetAttribute =
            (delegate* unmanaged<int*, CudaFunctionAttribute, CudaFunction, CudaResult>)
            entries.Required("cuFuncGetAttribute");
        FunctionSetAttribute =
            (delegate* unmanaged<CudaFunction, CudaFunctionAttribute, int, CudaResult>)
            entries.Required("cuFuncSetAttribute");
        FunctionSetCacheConfig = (delegate* unmanaged<CudaFunction, int, CudaResult>)entries.Required("cuFuncSetCacheConfig");
        FunctionGetModule = (delegate* unmanaged<CudaModule*, CudaFunction, CudaResult>)entries.Required("cuFuncGetModule");
        LaunchKernel =
            (delegate* unmanaged<CudaFunction, uint, uint, uint, uint, uint, uint, uint, CudaStream, void**, void**, CudaResult>)
            entries.Required("cuLaunchKernel");
        LaunchCooperativeKernel =
            (delegate* unmanaged<CudaFunction, uint, uint, uint, uint, uint, uint, uint, CudaStream, void**, CudaResult>)
            entries.Required("cuLaunchCooperativeKernel");
        LaunchHostFunction =
            (delegate* unmanaged<CudaStream, delegate* unmanaged<void*, void>, void*, CudaResult>)
            entries.Required("cuLaunchHostFunc");
        OccupancyMaxActiveBlocks =
            (delegate* unmanaged<int*, CudaFunction, int, nuint, CudaResult>)
            entries.Required("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        OccupancyMaxPotentialBlockSize =
            (delegate* unmanaged<int*, int*, CudaFunction, delegate* unmanaged<int, nuint>, nuint, int, CudaResult>)
            entries.Required("cuOccupancyMaxPotentialBlockSize");
        MemoryGetInfo = (delegate* unmanaged<nuint*, nuint*, CudaResult>)entries.Required("cuMemGetInfo_v2");
        MemoryAllocate = (delegate* unmanaged<nint*, nuint, CudaResult>)entries.Required("cuMemAlloc_v2");
        MemoryFree = (delegate* unmanaged<nint, CudaResult>)entries.Required("cuMemFree_v2");
        MemoryGetAddressRange = (delegate* unmanaged<nint*, nuint*, nint, CudaResult>)entries.Required("cuMemGetAddressRange_v2");
        MemoryAllocateManaged = (delegate* unmanaged<nint*, nuint, uint, CudaResult>)entries.Required("cuMemAllocManaged");
        MemoryAllocateHost = (delegate* unmanaged<void**, nuint, CudaHostAllocFlags, CudaResult>)entries.Required("cuMemHostAlloc");
        MemoryFreeHost = (delegate* unmanaged<void*, CudaResult>)entries.Required("cuMemFreeHost");
        MemoryHostRegister = (delegate* unmanaged<void*, nuint, CudaHostAllocFlags, CudaResult>)entries.Required("cuMemHostRegister_v2");
        MemoryHostUnregister = (delegate* unmanaged<void*, CudaResult>)entries.Required("cuMemHostUnregister");
        MemoryHostGetDevicePointer = (delegate* unmanaged<nint*, void*, uint, CudaResult>)entries.Required("cuMemHostGetDevicePointer_v2");
        MemoryAllocateAsync = (delegate* unmanaged<nint*, nuint, CudaStream, CudaResult>)entries.Required("cuMemAllocAsync");
        MemoryFreeAsync = (delegate* unmanaged<nint, CudaStream, CudaResult>)entries.Required("cuMemFreeAsync");
        MemoryAllocateFromPoolAsync =
            (delegate* unmanaged<nint*, nuint, CudaMemoryPool, CudaStream, CudaResult>)
            entries.Required("cuMemAllocFromPoolAsync");
        DeviceGetDefaultMemoryPool =
            (delegate* unmanaged<CudaMemoryPool*, CudaDevice, CudaResult>)
            entries.Required("cuDeviceGetDefaultMemPool");
        MemoryPoolGetAttribute =
            (delegate* unmanaged<CudaMemoryPool, CudaMemoryPoolAttribute, void*, CudaResult>)
            entries.Required("cuMemPoolGetAttribute");
        MemoryPoolSetAttribute =
            (delegate* unmanaged<CudaMemoryPool, CudaMemoryPoolAttribute, void*, CudaResult>)
            entries.Required("cuMemPoolSetAttribute");
        MemoryPoolTrimTo = (delegate* unmanaged<CudaMemoryPool, nuint, CudaResult>)entries.Required("cuMemPoolTrimTo");
        MemsetD8 = (delegate* unmanaged<nint, byte, nuint, CudaResult>)entries.Required("cuMemsetD8_v2");
        MemsetD16 = (delegate* unmanaged<nint, ushort, nuint, CudaResult>)entries.Required("cuMemsetD16_v2");
        MemsetD32 = (delegate* unmanaged<nint, uint, nuint, CudaResult>)entries.Required("cuMemsetD32_v2");
        MemsetD8Async = (delegate* unmanaged<nint, byte, nuint, CudaStream, CudaResult>)entries.Required("cuMemsetD8Async");
        MemsetD16Async = (delegate* unmanaged<nint, ushort, nuint, CudaStream, CudaResult>)entries.Required("cuMemsetD16Async");
        MemsetD32Async = (delegate* unmanaged<nint, uint, nuint, CudaStream, CudaResult>)entries.Required("cuMemsetD32Async");
        CopyHostToDevice = (delegate* unmanaged<nint, void*, nuint, CudaResult>)entries.Required("cuMemcpyHtoD_v2");
        CopyDeviceToHost = (delegate* unmanaged<void*, nint, nuint, CudaResult>)entries.Required("cuMemcpyDtoH_v2");
        CopyDeviceToDevice = (delegate* unmanaged<nint, nint, nuint, CudaResult>)entries.Required("cuMemcpyDtoD_v2");
        CopyHostToDeviceAsync = (delegate* unmanaged<nint, void*, nuint, CudaStream, CudaResult>)entries.Required("cuMemcpyHtoDAsync_v2");
        CopyDeviceToHostAsync = (delegate* unmanaged<void*, nint, nuint, CudaStream, CudaResult>)entries.Required("cuMemcpyDtoHAsync_v2");
        CopyDeviceToDeviceAsync = (delegate* unmanaged<nint, nint, nuint, CudaStream, CudaResult>)entries.Required("cuMemcpyDtoDAsync_v2");
        Copy = (delegate* unmanaged<nint, nint, nuint, CudaResult>)entries.Required("cuMemcpy");
        CopyAsync = (delegate* unmanaged<nint, nint, nuint, CudaStream, CudaResult>)entries.Required("cuMemcpyAsync");
        PointerGetAttribute =
            (delegate* unmanaged<void*, CudaPointerAttribute, nint, CudaResult>)
            entries.Required("cuPointerGetAttribute");
        StreamCreate = (delegate* unmanaged<CudaStream*, CudaStreamFlags, CudaResult>)entries.Required("cuStreamCreate");
        StreamCreateWithPriority =
            (delegate* unmanaged<CudaStream*, CudaStreamFlags, int, CudaResult>)
            entries.Required("cuStreamCreateWithPriority");
        StreamDestroy = (delegate* unmanaged<CudaStream, CudaResult>)entries.Required("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<CudaStream, CudaResult>)entries.Required("cuStreamSynchronize");
        StreamQuery = (delegate* unmanaged<CudaStream, CudaResult>)entries.Required("cuStreamQuery");
        StreamWaitEvent = (delegate* unmanaged<CudaStream, CudaEvent, uint, CudaResult>)entries.Required("cuStreamWaitEvent");
        StreamGetFlags = (delegate* unmanaged<CudaStream, CudaStreamFlags*, CudaResult>)entries.Required("cuStreamGetFlags");
        StreamGetPriority = (delegate* unmanaged<CudaStream, int*, CudaResult>)entries.Required("cuStreamGetPriority");
        StreamGetContext = (delegate* unmanaged<CudaStream, CudaContext*, CudaResult>)entries.Required("cuStreamGetCtx");
        StreamBeginCapture = (delegate* unmanaged<CudaStream, CudaCaptureMode, CudaResult>)entries.Required("cuStreamBeginCapture_v2");
        StreamEndCapture = (delegate* unmanaged<CudaStream, CudaGraph*, CudaResult>)entries.Required("cuStreamEndCapture");
        StreamIsCapturing = (delegate* unmanaged<CudaStream, CudaCaptureStatus*, CudaResult>)entries.Required("cuStreamIsCapturing");
        ThreadExchangeCaptureMode =
            (delegate* unmanaged<CudaCaptureMode*, CudaResult>)
            entries.Required("cuThreadExchangeStreamCaptureMode");
        EventCreate = (delegate* unmanaged<CudaEvent*, CudaEventFlags, CudaResult>)entries.Required("cuEventCreate");
        EventRecord = (delegate* unmanaged<CudaEvent, CudaStream, CudaResult>)entries.Required("cuEventRecord");
        EventQuery = (delegate* unmanaged<CudaEvent, CudaResult>)entries.Required("cuEventQuery");
        EventSynchronize = (delegate* unmanaged<CudaEvent, CudaResult>)entries.Required("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, CudaEvent, CudaEvent, CudaResult>)entries.Required("cuEventElapsedTime");
        EventDestroy = (delegate* unmanaged<CudaEvent, CudaResult>)entries.Required("cuEventDestroy_v2");
        GraphInstantiate =
            (delegate* unmanaged<CudaGraphExec*, CudaGraph, ulong, CudaResult>)
            entries.Required("cuGraphInstantiateWithFlags");
        GraphLaunch = (delegate* unmanaged<CudaGraphExec, CudaStream, CudaResult>)entries.Required("cuGraphLaunch");
        GraphUpload = (delegate* unmanaged<CudaGraphExec, CudaStream, CudaResult>)entries.Required("cuGraphUpload");
        GraphExecUpdate =
            (delegate* unmanaged<CudaGraphExec, CudaGraph, CudaGraphUpdateInfo*, CudaResult>)
            entries.Required("cuGraphExecUpdate_v2");
        GraphExecDestroy = (delegate* unmanaged<CudaGraphExec, CudaResult>)entries.Required("cuGraphExecDestroy");
        GraphDestroy = (delegate* unmanaged<CudaGraph, CudaResult>)entries.Required("cuGraphDestroy");
        GraphGetNodes = (delegate* unmanaged<CudaGraph, CudaGraphNode*, nuint*, CudaResult>)entries.Required("cuGraphGetNodes");
        GraphGetEdges =
            (delegate* unmanaged<CudaGraph, CudaGraphNode*, CudaGraphNode*, nuint*, CudaResult>)
            entries.Required("cuGraphGetEdges");
        GraphNodeGetType = (delegate* unmanaged<CudaGraphNode, CudaGraphNodeType*, CudaResult>)entries.Required("cuGraphNodeGetType");
    }
}
