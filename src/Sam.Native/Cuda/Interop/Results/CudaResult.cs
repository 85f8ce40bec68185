namespace Sam.Native.Cuda;

/// <summary>What a call of the CUDA driver answers (CUresult).</summary>
public enum CudaResult
{
    /// <summary>The call did what it was asked to do.</summary>
    Success = 0,

    /// <summary>An argument is outside the range that the call accepts.</summary>
    InvalidValue = 1,

    /// <summary>The device or the host has not enough memory left.</summary>
    OutOfMemory = 2,

    /// <summary>cuInit has not been called.</summary>
    NotInitialized = 3,

    /// <summary>The driver is shutting down.</summary>
    Deinitialized = 4,

    /// <summary>The library loaded is a stub without a driver behind it.</summary>
    StubLibrary = 34,

    /// <summary>The device is busy or not available to this process.</summary>
    DeviceUnavailable = 46,

    /// <summary>No CUDA device answers.</summary>
    NoDevice = 100,

    /// <summary>The device number names no device.</summary>
    InvalidDevice = 101,

    /// <summary>The device has no licence for this use.</summary>
    DeviceNotLicensed = 102,

    /// <summary>The module's image cannot be read.</summary>
    InvalidImage = 200,

    /// <summary>No context is current, or the one given is not valid.</summary>
    InvalidContext = 201,

    /// <summary>Memory cannot be mapped.</summary>
    MapFailed = 205,

    /// <summary>Memory cannot be unmapped.</summary>
    UnmapFailed = 206,

    /// <summary>The array is mapped and cannot be destroyed.</summary>
    ArrayIsMapped = 207,

    /// <summary>The resource is mapped already.</summary>
    AlreadyMapped = 208,

    /// <summary>The image holds no code for this device.</summary>
    NoBinaryForGpu = 209,

    /// <summary>The resource has been acquired already.</summary>
    AlreadyAcquired = 210,

    /// <summary>The resource is not mapped.</summary>
    NotMapped = 211,

    /// <summary>The device met a memory error that it cannot correct.</summary>
    EccUncorrectable = 214,

    /// <summary>The device does not have this limit.</summary>
    UnsupportedLimit = 215,

    /// <summary>The context is current on another thread.</summary>
    ContextAlreadyInUse = 216,

    /// <summary>The devices cannot reach each other's memory.</summary>
    PeerAccessUnsupported = 217,

    /// <summary>The PTX does not assemble.</summary>
    InvalidPtx = 218,

    /// <summary>The graphics context is not valid.</summary>
    InvalidGraphicsContext = 219,

    /// <summary>NVLink met an error that it cannot correct.</summary>
    NvlinkUncorrectable = 220,

    /// <summary>The driver's PTX assembler is not installed.</summary>
    JitCompilerNotFound = 221,

    /// <summary>The PTX is newer than the driver.</summary>
    UnsupportedPtxVersion = 222,

    /// <summary>Assembling PTX is switched off.</summary>
    JitCompilationDisabled = 223,

    /// <summary>The execution affinity is not supported.</summary>
    UnsupportedExecAffinity = 224,

    /// <summary>The kernel synchronises from the device, which is not supported.</summary>
    UnsupportedDeviceSideSync = 225,

    /// <summary>The kernel source is not valid.</summary>
    InvalidSource = 300,

    /// <summary>The file does not exist.</summary>
    FileNotFound = 301,

    /// <summary>A shared library lacks a symbol.</summary>
    SharedObjectSymbolNotFound = 302,

    /// <summary>A shared library does not load.</summary>
    SharedObjectInitFailed = 303,

    /// <summary>The operating system refused a call.</summary>
    OperatingSystem = 304,

    /// <summary>A handle names nothing that exists.</summary>
    InvalidHandle = 400,

    /// <summary>A resource is not in the state that the call needs.</summary>
    IllegalState = 401,

    /// <summary>The named symbol does not exist.</summary>
    NotFound = 500,

    /// <summary>The work has not finished yet; this is no error.</summary>
    NotReady = 600,

    /// <summary>A kernel accessed memory that is not allocated; the context is lost.</summary>
    IllegalAddress = 700,

    /// <summary>The launch needs more registers or threads than the device has.</summary>
    LaunchOutOfResources = 701,

    /// <summary>A kernel ran longer than the device's time limit; the context is lost.</summary>
    LaunchTimeout = 702,

    /// <summary>The kernel's texturing mode does not fit.</summary>
    LaunchIncompatibleTexturing = 703,

    /// <summary>Access to the peer is enabled already.</summary>
    PeerAccessAlreadyEnabled = 704,

    /// <summary>Access to the peer is not enabled.</summary>
    PeerAccessNotEnabled = 705,

    /// <summary>The primary context is in use and its flags are fixed.</summary>
    PrimaryContextActive = 708,

    /// <summary>The context has been destroyed.</summary>
    ContextIsDestroyed = 709,

    /// <summary>A device-side assertion failed; the context is lost.</summary>
    Assert = 710,

    /// <summary>No room for another peer.</summary>
    TooManyPeers = 711,

    /// <summary>The host memory is registered already.</summary>
    HostMemoryAlreadyRegistered = 712,

    /// <summary>The host memory is not registered.</summary>
    HostMemoryNotRegistered = 713,

    /// <summary>The device's call stack is corrupt; the context is lost.</summary>
    HardwareStackError = 714,

    /// <summary>A kernel met an instruction that does not exist; the context is lost.</summary>
    IllegalInstruction = 715,

    /// <summary>A kernel accessed memory at an address that is not aligned; the context is lost.</summary>
    MisalignedAddress = 716,

    /// <summary>A kernel accessed an address of the wrong space; the context is lost.</summary>
    InvalidAddressSpace = 717,

    /// <summary>A kernel's program counter left its code; the context is lost.</summary>
    InvalidPc = 718,

    /// <summary>A kernel failed; the context is lost.</summary>
    LaunchFailed = 719,

    /// <summary>A cooperative launch has more blocks than fit on the device at once.</summary>
    CooperativeLaunchTooLarge = 720,

    /// <summary>The operation is not permitted.</summary>
    NotPermitted = 800,

    /// <summary>The operation is not supported here.</summary>
    NotSupported = 801,

    /// <summary>The system's fabric is not ready.</summary>
    SystemNotReady = 802,

    /// <summary>The driver of the kernel and that of the library differ.</summary>
    SystemDriverMismatch = 803,

    /// <summary>Forward compatibility is not supported on this device.</summary>
    CompatNotSupportedOnDevice = 804,

    /// <summary>The MPS server does not answer.</summary>
    MpsConnectionFailed = 805,

    /// <summary>A call to the MPS server failed.</summary>
    MpsRpcFailure = 806,

    /// <summary>The MPS server is not ready.</summary>
    MpsServerNotReady = 807,

    /// <summary>The MPS server has no room for another client.</summary>
    MpsMaxClientsReached = 808,

    /// <summary>The MPS server has no connection left.</summary>
    MpsMaxConnectionsReached = 809,

    /// <summary>The MPS client was terminated.</summary>
    MpsClientTerminated = 810,

    /// <summary>The kernel launches kernels, which is not supported.</summary>
    CdpNotSupported = 811,

    /// <summary>The kernel launches kernels by an interface of another version.</summary>
    CdpVersionMismatch = 812,

    /// <summary>The call is not permitted while a stream is capturing.</summary>
    StreamCaptureUnsupported = 900,

    /// <summary>The capture was made invalid by an earlier call.</summary>
    StreamCaptureInvalidated = 901,

    /// <summary>The call would merge two independent captures.</summary>
    StreamCaptureMerge = 902,

    /// <summary>The capture did not begin in this stream.</summary>
    StreamCaptureUnmatched = 903,

    /// <summary>A stream forked from the capture was not joined to it again.</summary>
    StreamCaptureUnjoined = 904,

    /// <summary>The call would make a dependency across the border of the capture.</summary>
    StreamCaptureIsolation = 905,

    /// <summary>The call would make the capture depend on the default stream.</summary>
    StreamCaptureImplicit = 906,

    /// <summary>The event was recorded in a capturing stream.</summary>
    CapturedEvent = 907,

    /// <summary>The capture was begun by another thread.</summary>
    StreamCaptureWrongThread = 908,

    /// <summary>The wait ended before the work.</summary>
    Timeout = 909,

    /// <summary>The instantiated graph cannot take the new graph's shape.</summary>
    GraphExecUpdateFailure = 910,

    /// <summary>A device outside the process failed.</summary>
    ExternalDevice = 911,

    /// <summary>The cluster is larger than the device allows.</summary>
    InvalidClusterSize = 912,

    /// <summary>The function is not loaded.</summary>
    FunctionNotLoaded = 913,

    /// <summary>The resource is of another type.</summary>
    InvalidResourceType = 914,

    /// <summary>The resource's configuration does not fit.</summary>
    InvalidResourceConfiguration = 915,

    /// <summary>The driver met an error that it has no name for.</summary>
    Unknown = 999,
}
