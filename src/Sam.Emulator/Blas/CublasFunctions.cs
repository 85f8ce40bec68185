using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>cuBLAS's functions as C callers see them: handles and modes here, the operations in the other parts.</summary>
internal static unsafe partial class CublasFunctions
{
    private const int EmulatedVersion = 120900;

    /// <summary>cuBLAS's table; every instance shares it, for a handle knows its instance.</summary>
    internal static CublasTable Table { get; } = new(new EntryPoints(Find));

    [UnmanagedCallersOnly]
    private static CublasStatus Create(CublasHandle* handle)
    {
        if (handle is null) return CublasStatus.InvalidValue;
        using DriverCall call = DriverCall.InContext("cublasCreate_v2");
        if (call.Planned != 0) return (CublasStatus)call.Planned;
        if (call.Result != CudaResult.Success) return CublasStatus.NotInitialized;
        *handle = new CublasHandle(new EmulatedCublas(call.Context!).Handle);
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Destroy(CublasHandle handle)
    {
        using CublasCall call = CublasCall.Of("cublasDestroy_v2", handle);
        call.Handle?.Context.RunAll();
        call.Handle?.Destroy();
        return call.Status;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GetVersion(CublasHandle handle, int* version)
    {
        _ = handle;
        if (version is null) return CublasStatus.InvalidValue;
        *version = EmulatedVersion;
        return CublasStatus.Success;
    }

    // The texts are literals, which lie in the assembly's image, do not move, and end with a zero byte.
    [UnmanagedCallersOnly]
    private static byte* GetStatusName(CublasStatus status) => Constant(CublasStatusText.Name(status));

    [UnmanagedCallersOnly]
    private static byte* GetStatusString(CublasStatus status) => Constant(CublasStatusText.Text(status));

    [UnmanagedCallersOnly]
    private static CublasStatus SetStream(CublasHandle handle, CudaStream stream)
    {
        using CublasCall call = CublasCall.Of("cublasSetStream_v2", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        if (call.Handle.Context.FindStream(stream) is not { } found)
        {
            return call.Refuse(CublasStatus.InvalidValue, "The stream is none of the handle's context.");
        }

        call.Handle.Stream = found;
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GetStream(CublasHandle handle, CudaStream* stream)
    {
        using CublasCall call = CublasCall.Of("cublasGetStream_v2", handle);
        if (!HasResult(call, stream)) return call.Status;
        *stream = call.Handle.Stream.IsLegacy ? default : new CudaStream(call.Handle.Stream.Handle);
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus SetWorkspace(CublasHandle handle, nint address, nuint byteCount)
    {
        using CublasCall call = CublasCall.Of("cublasSetWorkspace_v2", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        if (address % 256 != 0)
        {
            return call.Refuse(CublasStatus.InvalidValue, $"The workspace at 0x{address:x} is not aligned to 256 bytes.");
        }

        return byteCount == 0 || call.Handle.Context.IsReachable(address, byteCount, out string reason)
            ? CublasStatus.Success
            : call.Refuse(CublasStatus.InvalidValue, $"Workspace: {reason}");
    }

    [UnmanagedCallersOnly]
    private static CublasStatus SetMathMode(CublasHandle handle, CublasMath mode)
    {
        using CublasCall call = CublasCall.Of("cublasSetMathMode", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        int known = (int)(mode & ~CublasMath.DisallowReducedPrecisionReduction);
        if (known is < 0 or > 3) return call.Refuse(CublasStatus.InvalidValue, $"There is no math mode {(int)mode}.");
        call.Handle.Math = mode;
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GetMathMode(CublasHandle handle, CublasMath* mode)
    {
        using CublasCall call = CublasCall.Of("cublasGetMathMode", handle);
        if (!HasResult(call, mode)) return call.Status;
        *mode = call.Handle.Math;
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus SetPointerMode(CublasHandle handle, CublasPointerMode mode)
    {
        using CublasCall call = CublasCall.Of("cublasSetPointerMode_v2", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        if (mode is not (CublasPointerMode.Host or CublasPointerMode.Device))
        {
            return call.Refuse(CublasStatus.InvalidValue, $"There is no pointer mode {(int)mode}.");
        }

        call.Handle.PointerMode = mode;
        return CublasStatus.Success;
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GetPointerMode(CublasHandle handle, CublasPointerMode* mode)
    {
        using CublasCall call = CublasCall.Of("cublasGetPointerMode_v2", handle);
        if (!HasResult(call, mode)) return call.Status;
        *mode = call.Handle.PointerMode;
        return CublasStatus.Success;
    }

    private static bool HasResult(CublasCall call, void* result)
    {
        if (call.Status == CublasStatus.Success && result is null) call.Refuse(CublasStatus.InvalidValue, "The result's address is null.");
        return call.Status == CublasStatus.Success;
    }

    private static byte* Constant(ReadOnlySpan<byte> literal) =>
        literal.IsEmpty ? null : (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}
