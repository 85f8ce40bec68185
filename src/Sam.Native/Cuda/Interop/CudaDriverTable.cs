namespace Sam.Native.Cuda;

/// <summary>The functions of the CUDA driver, as pointers filled by name from an installed library or from an emulator.</summary>
/// <remarks>One object a library; it is shared, never copied. Each field is called as the C function of its exact, versioned name is;
/// nothing is
/// marshalled and nothing is allocated. Texts are null-terminated UTF-8, counts of memory are in bytes. Every function may be called from
/// any thread under the driver's own rules.</remarks>
public sealed unsafe partial class CudaDriverTable
{
    /// <summary><c>cuInit</c>: starts the driver; the flags are 0.</summary>
    public readonly delegate* unmanaged<uint, CudaResult> Init;

    /// <summary><c>cuDriverGetVersion</c>: the CUDA version that the driver supports, 12040 for 12.4.</summary>
    public readonly delegate* unmanaged<int*, CudaResult> DriverGetVersion;

    /// <summary><c>cuGetErrorName</c>: the name of a code, a string of the library's own.</summary>
    public readonly delegate* unmanaged<CudaResult, byte**, CudaResult> GetErrorName;

    /// <summary><c>cuGetErrorString</c>: what a code means, a string of the library's own.</summary>
    public readonly delegate* unmanaged<CudaResult, byte**, CudaResult> GetErrorString;

    /// <summary><c>cuDeviceGet</c>: the device with an ordinal.</summary>
    public readonly delegate* unmanaged<CudaDevice*, int, CudaResult> DeviceGet;

    /// <summary><c>cuDeviceGetCount</c>: the number of devices.</summary>
    public readonly delegate* unmanaged<int*, CudaResult> DeviceGetCount;

    /// <summary><c>cuDeviceGetName</c>: the device's name, into a buffer of so many bytes.</summary>
    public readonly delegate* unmanaged<byte*, int, CudaDevice, CudaResult> DeviceGetName;

    /// <summary><c>cuDeviceGetUuid</c>: the device's 16-byte identity.</summary>
    public readonly delegate* unmanaged<byte*, CudaDevice, CudaResult> DeviceGetUuid;

    /// <summary><c>cuDeviceGetAttribute</c>: one property of the device.</summary>
    public readonly delegate* unmanaged<int*, CudaDeviceAttribute, CudaDevice, CudaResult> DeviceGetAttribute;

    /// <summary><c>cuDeviceTotalMem_v2</c>: bytes of the device's memory.</summary>
    public readonly delegate* unmanaged<nuint*, CudaDevice, CudaResult> DeviceTotalMemory;

    /// <summary><c>cuDevicePrimaryCtxRetain</c>: the device's primary context, created at the first call.</summary>
    public readonly delegate* unmanaged<CudaContext*, CudaDevice, CudaResult> PrimaryContextRetain;

    /// <summary><c>cuDevicePrimaryCtxRelease_v2</c>: gives one retain back; the last one destroys the context.</summary>
    public readonly delegate* unmanaged<CudaDevice, CudaResult> PrimaryContextRelease;

    /// <summary><c>cuDevicePrimaryCtxGetState</c>: the primary context's flags, and whether it is active.</summary>
    public readonly delegate* unmanaged<CudaDevice, uint*, int*, CudaResult> PrimaryContextGetState;

    /// <summary><c>cuDevicePrimaryCtxReset_v2</c>: destroys everything in the primary context.</summary>
    public readonly delegate* unmanaged<CudaDevice, CudaResult> PrimaryContextReset;

    /// <summary><c>cuCtxCreate_v2</c>: a context of one's own, made current.</summary>
    public readonly delegate* unmanaged<CudaContext*, uint, CudaDevice, CudaResult> ContextCreate;

    /// <summary><c>cuCtxDestroy_v2</c>: destroys a context and all that it owns.</summary>
    public readonly delegate* unmanaged<CudaContext, CudaResult> ContextDestroy;

    /// <summary><c>cuCtxSetCurrent</c>: replaces the calling thread's current context.</summary>
    public readonly delegate* unmanaged<CudaContext, CudaResult> ContextSetCurrent;

    /// <summary><c>cuCtxGetCurrent</c>: the calling thread's current context.</summary>
    public readonly delegate* unmanaged<CudaContext*, CudaResult> ContextGetCurrent;

    /// <summary><c>cuCtxPushCurrent_v2</c>: makes a context current and remembers the one before.</summary>
    public readonly delegate* unmanaged<CudaContext, CudaResult> ContextPush;

    /// <summary><c>cuCtxPopCurrent_v2</c>: gives the current context and makes the one before current.</summary>
    public readonly delegate* unmanaged<CudaContext*, CudaResult> ContextPop;

    /// <summary><c>cuCtxGetDevice</c>: the current context's device.</summary>
    public readonly delegate* unmanaged<CudaDevice*, CudaResult> ContextGetDevice;

    /// <summary><c>cuCtxSynchronize</c>: waits for all work of the current context.</summary>
    public readonly delegate* unmanaged<CudaResult> ContextSynchronize;

    /// <summary><c>cuCtxGetStreamPriorityRange</c>: the lowest and the highest stream priority.</summary>
    public readonly delegate* unmanaged<int*, int*, CudaResult> ContextGetStreamPriorityRange;

    /// <summary><c>cuModuleLoadData</c>: loads a null-terminated PTX text or a cubin.</summary>
    public readonly delegate* unmanaged<CudaModule*, void*, CudaResult> ModuleLoadData;

    /// <summary><c>cuModuleLoadDataEx</c>: the same with options and logs.</summary>
    public readonly delegate* unmanaged<CudaModule*, void*, uint, CudaJitOption*, void**, CudaResult> ModuleLoadDataEx;

    /// <summary><c>cuModuleUnload</c>: unloads a module.</summary>
    public readonly delegate* unmanaged<CudaModule, CudaResult> ModuleUnload;

    /// <summary><c>cuModuleGetFunction</c>: a kernel by its null-terminated name.</summary>
    public readonly delegate* unmanaged<CudaFunction*, CudaModule, byte*, CudaResult> ModuleGetFunction;

    /// <summary><c>cuModuleGetGlobal_v2</c>: a global variable's address and bytes, by its name.</summary>
    public readonly delegate* unmanaged<nint*, nuint*, CudaModule, byte*, CudaResult> ModuleGetGlobal;

    /// <summary><c>cuFuncGetAttribute</c>: one property of a kernel.</summary>
    public readonly delegate* unmanaged<int*, CudaFunctionAttribute, CudaFunction, CudaResult> FunctionGetAttribute;

    /// <summary><c>cuFuncSetAttribute</c>: changes one property of a kernel.</summary>
    public readonly delegate* unmanaged<CudaFunction, CudaFunctionAttribute, int, CudaResult> FunctionSetAttribute;

    /// <summary><c>cuFuncSetCacheConfig</c>: prefers level 1 or shared memory; a hint.</summary>
    public readonly delegate* unmanaged<CudaFunction, int, CudaResult> FunctionSetCacheConfig;

    /// <summary><c>cuFuncGetModule</c>: the module that a kernel is of.</summary>
    public readonly delegate* unmanaged<CudaModule*, CudaFunction, CudaResult> FunctionGetModule;

    /// <summary><c>cuLaunchKernel</c>: launches a kernel: grid x y z, block x y z, dynamic shared bytes, stream, pointers to
    /// the parameters or null, extra or null.</summary>
    public readonly delegate* unmanaged<CudaFunction, uint, uint, uint, uint, uint, uint, uint, CudaStream, void**, void**,
        CudaResult> LaunchKernel;

    /// <summary><c>cuLaunchCooperativeKernel</c>: the same for a kernel whose blocks wait for each other.</summary>
    public readonly delegate* unmanaged<CudaFunction, uint, uint, uint, uint, uint, uint, uint, CudaStream, void**,
        CudaResult> LaunchCooperativeKernel;

    /// <summary><c>cuLaunchHostFunc</c>: calls a host function in the stream's order.</summary>
    public readonly delegate* unmanaged<CudaStream, delegate* unmanaged<void*, void>, void*, CudaResult> LaunchHostFunction;

    /// <summary><c>cuOccupancyMaxActiveBlocksPerMultiprocessor</c>: blocks of so many threads and dynamic shared bytes that
    /// one multiprocessor holds.</summary>
    public readonly delegate* unmanaged<int*, CudaFunction, int, nuint, CudaResult> OccupancyMaxActiveBlocks;

    /// <summary><c>cuOccupancyMaxPotentialBlockSize</c>: the grid and block size with the highest occupancy: function, shared
    /// bytes by block size or null, shared bytes, block limit.</summary>
    public readonly delegate* unmanaged<int*, int*, CudaFunction, delegate* unmanaged<int, nuint>, nuint, int,
        CudaResult> OccupancyMaxPotentialBlockSize;

    /// <summary><c>cuMemGetInfo_v2</c>: free and total bytes of the current device.</summary>
    public readonly delegate* unmanaged<nuint*, nuint*, CudaResult> MemoryGetInfo;

    /// <summary><c>cuMemAlloc_v2</c>: allocates device memory.</summary>
    public readonly delegate* unmanaged<nint*, nuint, CudaResult> MemoryAllocate;

    /// <summary><c>cuMemFree_v2</c>: frees device memory.</summary>
    public readonly delegate* unmanaged<nint, CudaResult> MemoryFree;

    /// <summary><c>cuMemGetAddressRange_v2</c>: the allocation that an address is in.</summary>
    public readonly delegate* unmanaged<nint*, nuint*, nint, CudaResult> MemoryGetAddressRange;

    /// <summary><c>cuMemAllocManaged</c>: allocates memory that host and device reach.</summary>
    public readonly delegate* unmanaged<nint*, nuint, uint, CudaResult> MemoryAllocateManaged;

    /// <summary><c>cuMemHostAlloc</c>: allocates pinned host memory.</summary>
    public readonly delegate* unmanaged<void**, nuint, CudaHostAllocFlags, CudaResult> MemoryAllocateHost;

    /// <summary><c>cuMemFreeHost</c>: frees pinned host memory.</summary>
    public readonly delegate* unmanaged<void*, CudaResult> MemoryFreeHost;

    /// <summary><c>cuMemHostRegister_v2</c>: pins host memory that exists.</summary>
    public readonly delegate* unmanaged<void*, nuint, CudaHostAllocFlags, CudaResult> MemoryHostRegister;

    /// <summary><c>cuMemHostUnregister</c>: ends that.</summary>
    public readonly delegate* unmanaged<void*, CudaResult> MemoryHostUnregister;

    /// <summary><c>cuMemHostGetDevicePointer_v2</c>: the device's address of pinned host memory.</summary>
    public readonly delegate* unmanaged<nint*, void*, uint, CudaResult> MemoryHostGetDevicePointer;

    /// <summary><c>cuMemAllocAsync</c>: allocates from the device's pool in the stream's order.</summary>
    public readonly delegate* unmanaged<nint*, nuint, CudaStream, CudaResult> MemoryAllocateAsync;

    /// <summary><c>cuMemFreeAsync</c>: frees in the stream's order.</summary>
    public readonly delegate* unmanaged<nint, CudaStream, CudaResult> MemoryFreeAsync;

    /// <summary><c>cuMemAllocFromPoolAsync</c>: allocates from a pool in the stream's order.</summary>
    public readonly delegate* unmanaged<nint*, nuint, CudaMemoryPool, CudaStream, CudaResult> MemoryAllocateFromPoolAsync;

    /// <summary><c>cuDeviceGetDefaultMemPool</c>: the device's own pool.</summary>
    public readonly delegate* unmanaged<CudaMemoryPool*, CudaDevice, CudaResult> DeviceGetDefaultMemoryPool;

    /// <summary><c>cuMemPoolGetAttribute</c>: one property of a pool.</summary>
    public readonly delegate* unmanaged<CudaMemoryPool, CudaMemoryPoolAttribute, void*, CudaResult> MemoryPoolGetAttribute;

    /// <summary><c>cuMemPoolSetAttribute</c>: changes one property of a pool.</summary>
    public readonly delegate* unmanaged<CudaMemoryPool, CudaMemoryPoolAttribute, void*, CudaResult> MemoryPoolSetAttribute;

    /// <summary><c>cuMemPoolTrimTo</c>: gives unused memory back down to so many bytes.</summary>
    public readonly delegate* unmanaged<CudaMemoryPool, nuint, CudaResult> MemoryPoolTrimTo;

    /// <summary><c>cuMemsetD8_v2</c>: fills bytes.</summary>
    public readonly delegate* unmanaged<nint, byte, nuint, CudaResult> MemsetD8;

    /// <summary><c>cuMemsetD16_v2</c>: fills 16-bit words.</summary>
    public readonly delegate* unmanaged<nint, ushort, nuint, CudaResult> MemsetD16;

    /// <summary><c>cuMemsetD32_v2</c>: fills 32-bit words.</summary>
    public readonly delegate* unmanaged<nint, uint, nuint, CudaResult> MemsetD32;

    /// <summary><c>cuMemsetD8Async</c>: fills bytes in a stream.</summary>
    public readonly delegate* unmanaged<nint, byte, nuint, CudaStream, CudaResult> MemsetD8Async;

    /// <summary><c>cuMemsetD16Async</c>: fills 16-bit words in a stream.</summary>
    public readonly delegate* unmanaged<nint, ushort, nuint, CudaStream, CudaResult> MemsetD16Async;

    /// <summary><c>cuMemsetD32Async</c>: fills 32-bit words in a stream.</summary>
    public readonly delegate* unmanaged<nint, uint, nuint, CudaStream, CudaResult> MemsetD32Async;

    /// <summary><c>cuMemcpyHtoD_v2</c>: copies to the device and waits.</summary>
    public readonly delegate* unmanaged<nint, void*, nuint, CudaResult> CopyHostToDevice;

    /// <summary><c>cuMemcpyDtoH_v2</c>: copies to the host and waits.</summary>
    public readonly delegate* unmanaged<void*, nint, nuint, CudaResult> CopyDeviceToHost;

    /// <summary><c>cuMemcpyDtoD_v2</c>: copies inside the device.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, CudaResult> CopyDeviceToDevice;

    /// <summary><c>cuMemcpyHtoDAsync_v2</c>: copies to the device in a stream.</summary>
    public readonly delegate* unmanaged<nint, void*, nuint, CudaStream, CudaResult> CopyHostToDeviceAsync;

    /// <summary><c>cuMemcpyDtoHAsync_v2</c>: copies to the host in a stream.</summary>
    public readonly delegate* unmanaged<void*, nint, nuint, CudaStream, CudaResult> CopyDeviceToHostAsync;

    /// <summary><c>cuMemcpyDtoDAsync_v2</c>: copies inside the device in a stream.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, CudaStream, CudaResult> CopyDeviceToDeviceAsync;

    /// <summary><c>cuMemcpy</c>: copies between any two places and waits.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, CudaResult> Copy;

    /// <summary><c>cuMemcpyAsync</c>: copies between any two places in a stream.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, CudaStream, CudaResult> CopyAsync;

    /// <summary><c>cuPointerGetAttribute</c>: one property of an address.</summary>
    public readonly delegate* unmanaged<void*, CudaPointerAttribute, nint, CudaResult> PointerGetAttribute;

    /// <summary><c>cuStreamCreate</c>: a new stream.</summary>
    public readonly delegate* unmanaged<CudaStream*, CudaStreamFlags, CudaResult> StreamCreate;

    /// <summary><c>cuStreamCreateWithPriority</c>: a new stream of a priority; lower numbers go first.</summary>
    public readonly delegate* unmanaged<CudaStream*, CudaStreamFlags, int, CudaResult> StreamCreateWithPriority;

    /// <summary><c>cuStreamDestroy_v2</c>: destroys a stream once its work is done.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaResult> StreamDestroy;

    /// <summary><c>cuStreamSynchronize</c>: waits for a stream's work.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaResult> StreamSynchronize;

    /// <summary><c>cuStreamQuery</c>: whether a stream's work is done.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaResult> StreamQuery;

    /// <summary><c>cuStreamWaitEvent</c>: lets later work of the stream wait for the event.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaEvent, uint, CudaResult> StreamWaitEvent;

    /// <summary><c>cuStreamGetFlags</c>: how the stream was created.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaStreamFlags*, CudaResult> StreamGetFlags;

    /// <summary><c>cuStreamGetPriority</c>: the stream's priority.</summary>
    public readonly delegate* unmanaged<CudaStream, int*, CudaResult> StreamGetPriority;

    /// <summary><c>cuStreamGetCtx</c>: the stream's context.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaContext*, CudaResult> StreamGetContext;

    /// <summary><c>cuStreamBeginCapture_v2</c>: records the stream's calls into a graph from now on.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaCaptureMode, CudaResult> StreamBeginCapture;

    /// <summary><c>cuStreamEndCapture</c>: ends that and gives the graph.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaGraph*, CudaResult> StreamEndCapture;

    /// <summary><c>cuStreamIsCapturing</c>: whether the stream is capturing.</summary>
    public readonly delegate* unmanaged<CudaStream, CudaCaptureStatus*, CudaResult> StreamIsCapturing;

    /// <summary><c>cuThreadExchangeStreamCaptureMode</c>: swaps the calling thread's own capture mode.</summary>
    public readonly delegate* unmanaged<CudaCaptureMode*, CudaResult> ThreadExchangeCaptureMode;

    /// <summary><c>cuEventCreate</c>: a new event.</summary>
    public readonly delegate* unmanaged<CudaEvent*, CudaEventFlags, CudaResult> EventCreate;

    /// <summary><c>cuEventRecord</c>: marks the place that the stream has reached.</summary>
    public readonly delegate* unmanaged<CudaEvent, CudaStream, CudaResult> EventRecord;

    /// <summary><c>cuEventQuery</c>: whether the work before the event is done.</summary>
    public readonly delegate* unmanaged<CudaEvent, CudaResult> EventQuery;

    /// <summary><c>cuEventSynchronize</c>: waits for the work before the event.</summary>
    public readonly delegate* unmanaged<CudaEvent, CudaResult> EventSynchronize;

    /// <summary><c>cuEventElapsedTime</c>: milliseconds from the first event to the second.</summary>
    public readonly delegate* unmanaged<float*, CudaEvent, CudaEvent, CudaResult> EventElapsedTime;

    /// <summary><c>cuEventDestroy_v2</c>: destroys an event.</summary>
    public readonly delegate* unmanaged<CudaEvent, CudaResult> EventDestroy;

    /// <summary><c>cuGraphInstantiateWithFlags</c>: makes a graph ready to launch.</summary>
    public readonly delegate* unmanaged<CudaGraphExec*, CudaGraph, ulong, CudaResult> GraphInstantiate;

    /// <summary><c>cuGraphLaunch</c>: runs it in a stream.</summary>
    public readonly delegate* unmanaged<CudaGraphExec, CudaStream, CudaResult> GraphLaunch;

    /// <summary><c>cuGraphUpload</c>: brings it to the device before the first launch.</summary>
    public readonly delegate* unmanaged<CudaGraphExec, CudaStream, CudaResult> GraphUpload;

    /// <summary><c>cuGraphExecUpdate_v2</c>: takes the parameters of a graph of the same shape.</summary>
    public readonly delegate* unmanaged<CudaGraphExec, CudaGraph, CudaGraphUpdateInfo*, CudaResult> GraphExecUpdate;

    /// <summary><c>cuGraphExecDestroy</c>: destroys an instantiated graph.</summary>
    public readonly delegate* unmanaged<CudaGraphExec, CudaResult> GraphExecDestroy;

    /// <summary><c>cuGraphDestroy</c>: destroys a graph; instances of it stay.</summary>
    public readonly delegate* unmanaged<CudaGraph, CudaResult> GraphDestroy;

    /// <summary><c>cuGraphGetNodes</c>: its nodes, or their number where the first pointer is null.</summary>
    public readonly delegate* unmanaged<CudaGraph, CudaGraphNode*, nuint*, CudaResult> GraphGetNodes;

    /// <summary><c>cuGraphGetEdges</c>: its dependencies, or their number where the pointers are null.</summary>
    public readonly delegate* unmanaged<CudaGraph, CudaGraphNode*, CudaGraphNode*, nuint*, CudaResult> GraphGetEdges;

    /// <summary><c>cuGraphNodeGetType</c>: what a node does.</summary>
    public readonly delegate* unmanaged<CudaGraphNode, CudaGraphNodeType*, CudaResult> GraphNodeGetType;
}
