using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    // The range of a device: lower numbers go first.
    private const int LowestPriority = 0;
    private const int HighestPriority = -5;

    [UnmanagedCallersOnly]
    private static CudaResult StreamCreate(CudaStream* stream, CudaStreamFlags flags)
    {
        using DriverCall call = DriverCall.InContext("cuStreamCreate");
        return CreateStream(call, stream, flags, LowestPriority);
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamCreateWithPriority(CudaStream* stream, CudaStreamFlags flags, int priority)
    {
        using DriverCall call = DriverCall.InContext("cuStreamCreateWithPriority");
        return CreateStream(call, stream, flags, priority);
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamDestroy(CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuStreamDestroy_v2");
        EmulatedStream? found = call.Context?.Find<EmulatedStream>(stream.Value);
        if (call.Result != CudaResult.Success)
        {
            if (found is not null && call.Context!.Loss != CudaResult.Success) found.Destroy();
            return call.Result;
        }

        if (found is null || found.IsLegacy) return call.NoSuch("stream that can be destroyed");
        bool captured = found.Capture is not null;
        found.Destroy();
        return captured
            ? call.Refuse(CudaResult.StreamCaptureUnsupported, "The stream was capturing; the capture is broken now.")
            : CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamSynchronize(CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuStreamSynchronize");
        if (!TryIdleStream(call, stream, out EmulatedStream found)) return call.Result;
        call.Instance.Ledger.Synchronisations++;
        found.RunAll();
        if (found.IsLegacy) call.Context.RunBlocking();
        if ((found.IsHung || found.IsLegacy) && call.WaitForHang()) return call.Result;
        return call.Context.ReadLoss();
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamQuery(CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuStreamQuery");
        if (!TryIdleStream(call, stream, out EmulatedStream found)) return call.Result;
        found.RunTo(found.Completed + 1);
        return found.IsHung || found.Completed < found.Submitted ? CudaResult.NotReady : call.Context.ReadLoss();
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamGetFlags(CudaStream stream, CudaStreamFlags* flags)
    {
        using DriverCall call = DriverCall.InContext("cuStreamGetFlags");
        if (!TryHandle(call, stream, flags, out EmulatedStream found)) return call.Result;
        *flags = found.Flags;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamGetPriority(CudaStream stream, int* priority)
    {
        using DriverCall call = DriverCall.InContext("cuStreamGetPriority");
        if (!TryHandle(call, stream, priority, out EmulatedStream found)) return call.Result;
        *priority = found.Priority;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamGetContext(CudaStream stream, CudaContext* context)
    {
        using DriverCall call = DriverCall.InContext("cuStreamGetCtx");
        if (!TryHandle(call, stream, context, out EmulatedStream found)) return call.Result;
        *context = new CudaContext(found.Context.Handle);
        return CudaResult.Success;
    }

    /// <summary>Finds a stream that can take work now, into its capture or at once.</summary>
    internal static bool TryStream(DriverCall call, CudaStream stream, out EmulatedStream found)
    {
        found = null!;
        if (call.Result != CudaResult.Success) return false;
        if (call.Context.FindStream(stream) is not { } known)
        {
            call.NoSuch("stream");
            return false;
        }

        found = known;
        return !call.IsRefusedBy(known);
    }

    private static CudaResult CreateStream(DriverCall call, CudaStream* stream, CudaStreamFlags flags, int priority)
    {
        if (call.Result != CudaResult.Success) return call.Result;
        if (stream is null || (uint)flags > 1) return call.Invalid($"Flags {(uint)flags}, or the result's address is null.");
        *stream = new CudaStream(call.Context.CreateStream(flags, Math.Clamp(priority, HighestPriority, LowestPriority)).Handle);
        return CudaResult.Success;
    }

    private static bool TryHandle(DriverCall call, CudaStream stream, void* result, out EmulatedStream found)
    {
        found = null!;
        if (call.Result != CudaResult.Success) return false;
        if (call.Context.FindStream(stream) is not { } known) call.NoSuch("stream");
        else if (result is null) call.Invalid("The result's address is null.");
        else found = known;
        return call.Result == CudaResult.Success;
    }

    // To wait for a capture, or to ask whether it is done, makes no sense and breaks it.
    private static bool TryIdleStream(DriverCall call, CudaStream stream, out EmulatedStream found)
    {
        if (!TryStream(call, stream, out found)) return false;
        if (found.Capture is null) return true;
        found.Capture.Invalidate();
        call.Refuse(CudaResult.StreamCaptureUnsupported, "The stream is capturing; the capture is broken now.");
        return false;
    }
}
