using System.Runtime.InteropServices;
using Sam.Emulator;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>The emulated driver with everything left out that a device would do: what is left is the host's part of a step. Of the kernels only those
/// run that a step begins and ends with, and while <see cref="Holds"/> is set the calls of a submission are noted, to be made by
/// <see cref="Release"/>.</summary>
internal static unsafe class HostOnlyDriver
{
    private const int MostCalls = 64;

    private static readonly Call[] s_calls = new Call[MostCalls];
    private static readonly HashSet<CudaFunction> s_kept = [];
    private static int s_count;

    private enum Kind
    {
        Copy,
        Record,
        Wait,
        Launch,
    }

    /// <summary>The driver.</summary>
    public static CudaDriverTable Driver { get; } = new(new EntryPoints(Find));

    /// <summary>cuBLAS without products.</summary>
    public static CublasTable Cublas { get; } = new(new EntryPoints(FindCublas));

    /// <summary>Notes the calls of submissions instead of making them.</summary>
    public static bool Holds { get; set; }

    /// <summary>Makes the calls that were noted.</summary>
    public static void Release()
    {
        Holds = false;
        CudaDriverTable driver = DriverFunctions.Table;
        foreach (ref readonly Call call in s_calls.AsSpan(0, s_count))
        {
            CudaResult result = call.Kind switch
            {
                Kind.Copy => driver.CopyHostToDeviceAsync(call.A, (void*)call.B, (nuint)call.C, new CudaStream(call.D)),
                Kind.Record => driver.EventRecord(new CudaEvent(call.A), new CudaStream(call.B)),
                Kind.Wait => driver.StreamWaitEvent(new CudaStream(call.A), new CudaEvent(call.B), (uint)call.C),
                _ => driver.GraphLaunch(new CudaGraphExec(call.A), new CudaStream(call.B)),
            };
            CudaException.ThrowIfFailed(driver, result, "a call of a submission");
        }

        s_count = 0;
    }

    private static nint Find(string name) => name switch
    {
        "cuModuleGetFunction" => (nint)(delegate* unmanaged<CudaFunction*, CudaModule, byte*, CudaResult>)&GetFunction,
        "cuLaunchKernel" =>
            (nint)(delegate* unmanaged<CudaFunction, uint, uint, uint, uint, uint, uint, uint, CudaStream, void**, void**, CudaResult>)&LaunchKernel,
        "cuMemcpyHtoDAsync_v2" => (nint)(delegate* unmanaged<nint, void*, nuint, CudaStream, CudaResult>)&Copy,
        "cuEventRecord" => (nint)(delegate* unmanaged<CudaEvent, CudaStream, CudaResult>)&Record,
        "cuStreamWaitEvent" => (nint)(delegate* unmanaged<CudaStream, CudaEvent, uint, CudaResult>)&WaitEvent,
        "cuGraphLaunch" => (nint)(delegate* unmanaged<CudaGraphExec, CudaStream, CudaResult>)&LaunchGraph,
        _ => DriverFunctions.Find(name),
    };

    private static nint FindCublas(string name) => name switch
    {
        "cublasSgemm_v2" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, nint, int, float*, nint, int,
                CublasStatus>)&Sgemm,
        "cublasSgemmStridedBatched" =>
            (nint)(delegate* unmanaged<CublasHandle, CublasOperation, CublasOperation, int, int, int, float*, nint, int, long, nint, int, long, float*,
                nint, int, long, int, CublasStatus>)&SgemmBatched,
        _ => CublasFunctions.Find(name),
    };

    [UnmanagedCallersOnly]
    private static CudaResult GetFunction(CudaFunction* function, CudaModule module, byte* name)
    {
        CudaResult result = DriverFunctions.Table.ModuleGetFunction(function, module, name);
        if (Marshal.PtrToStringUTF8((nint)name) is "stage" or "commit") s_kept.Add(*function);
        return result;
    }

    [UnmanagedCallersOnly]
    private static CudaResult LaunchKernel(
        CudaFunction function, uint x, uint y, uint z, uint threadsX, uint threadsY, uint threadsZ, uint bytes, CudaStream stream, void** arguments,
        void** extra) =>
        s_kept.Contains(function)
            ? DriverFunctions.Table.LaunchKernel(function, x, y, z, threadsX, threadsY, threadsZ, bytes, stream, arguments, extra)
            : CudaResult.Success;

    [UnmanagedCallersOnly]
    private static CudaResult Copy(nint to, void* from, nuint bytes, CudaStream stream) =>
        Holds ? Note(new Call(Kind.Copy, to, (nint)from, (nint)bytes, stream.Value)) : DriverFunctions.Table.CopyHostToDeviceAsync(to, from, bytes, stream);

    [UnmanagedCallersOnly]
    private static CudaResult Record(CudaEvent recorded, CudaStream stream) =>
        Holds ? Note(new Call(Kind.Record, recorded.Value, stream.Value, 0, 0)) : DriverFunctions.Table.EventRecord(recorded, stream);

    [UnmanagedCallersOnly]
    private static CudaResult WaitEvent(CudaStream stream, CudaEvent awaited, uint flags) =>
        Holds ? Note(new Call(Kind.Wait, stream.Value, awaited.Value, (nint)flags, 0)) : DriverFunctions.Table.StreamWaitEvent(stream, awaited, flags);

    [UnmanagedCallersOnly]
    private static CudaResult LaunchGraph(CudaGraphExec graph, CudaStream stream) =>
        Holds ? Note(new Call(Kind.Launch, graph.Value, stream.Value, 0, 0)) : DriverFunctions.Table.GraphLaunch(graph, stream);

    [UnmanagedCallersOnly]
    private static CublasStatus Sgemm(
        CublasHandle handle, CublasOperation a, CublasOperation b, int m, int n, int k, float* alpha, nint x, int ldx, nint y, int ldy, float* beta,
        nint z, int ldz) => CublasStatus.Success;

    [UnmanagedCallersOnly]
    private static CublasStatus SgemmBatched(
        CublasHandle handle, CublasOperation a, CublasOperation b, int m, int n, int k, float* alpha, nint x, int ldx, long stepX, nint y, int ldy,
        long stepY, float* beta, nint z, int ldz, long stepZ, int count) => CublasStatus.Success;

    private static CudaResult Note(in Call call)
    {
        if (s_count == MostCalls) return CudaResult.OutOfMemory;
        s_calls[s_count++] = call;
        return CudaResult.Success;
    }

    private readonly record struct Call(Kind Kind, nint A, nint B, nint C, nint D);
}
