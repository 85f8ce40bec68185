using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult StreamBeginCapture(CudaStream stream, CudaCaptureMode mode)
    {
        using DriverCall call = DriverCall.InContext("cuStreamBeginCapture_v2");
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (mode is < CudaCaptureMode.Global or > CudaCaptureMode.Relaxed) return call.Invalid($"Mode {(int)mode}; 0 to 2 are possible.");
        if (found.IsLegacy) return call.Refuse(CudaResult.StreamCaptureUnsupported, "The legacy default stream cannot capture.");
        if (found.Capture is not null) return call.Refuse(CudaResult.IllegalState, "The stream is capturing already.");
        _ = new CaptureSession(found, mode);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamEndCapture(CudaStream stream, CudaGraph* graph)
    {
        using DriverCall call = DriverCall.InContext("cuStreamEndCapture");
        if (call.Result != CudaResult.Success) return call.Result;
        if (call.Context.FindStream(stream) is not { } found) return call.NoSuch("stream");
        if (graph is null) return call.Invalid("The result's address is null.");
        *graph = default;
        if (found.Capture is not { } session) return call.Refuse(CudaResult.IllegalState, "The stream is not capturing.");
        if (session.Origin != found)
        {
            session.Invalidate();
            return call.Refuse(CudaResult.StreamCaptureUnmatched, $"The capture began in {session.Origin.Name}, not in {found.Name}.");
        }

        if (session.Mode != CudaCaptureMode.Relaxed && session.ThreadId != Environment.CurrentManagedThreadId)
        {
            return call.Refuse(
                CudaResult.StreamCaptureWrongThread, "Another thread began the capture, in a mode that ties it to that thread.");
        }

        bool unjoined = session.HasUnjoinedWork();
        session.End();
        if (session.IsInvalid || unjoined)
        {
            session.Graph.Destroy();
            return session.IsInvalid
                ? call.Refuse(CudaResult.StreamCaptureInvalidated, "An earlier call broke the capture.")
                : call.Refuse(
                    CudaResult.StreamCaptureUnjoined, "A stream that forked off has work that the capturing stream does not wait for.");
        }

        call.Context.Add(session.Graph);
        call.Instance.Ledger.Captures++;
        *graph = new CudaGraph(session.Graph.Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamIsCapturing(CudaStream stream, CudaCaptureStatus* status)
    {
        using DriverCall call = DriverCall.InContext("cuStreamIsCapturing");
        if (call.Result != CudaResult.Success) return call.Result;
        if (call.Context.FindStream(stream) is not { } found) return call.NoSuch("stream");
        if (status is null) return call.Invalid("The result's address is null.");
        *status = found.Capture is null
            ? CudaCaptureStatus.None
            : found.Capture.IsInvalid ? CudaCaptureStatus.Invalidated : CudaCaptureStatus.Active;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ThreadExchangeCaptureMode(CudaCaptureMode* mode)
    {
        using DriverCall call = DriverCall.Anywhere("cuThreadExchangeStreamCaptureMode");
        if (call.Result != CudaResult.Success) return call.Result;
        if (mode is null || *mode is < CudaCaptureMode.Global or > CudaCaptureMode.Relaxed) return call.Invalid("There is no such mode.");
        CudaCaptureMode before = DriverThread.CaptureMode;
        DriverThread.CaptureMode = *mode;
        *mode = before;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult StreamWaitEvent(CudaStream stream, CudaEvent @event, uint flags)
    {
        using DriverCall call = DriverCall.InContext("cuStreamWaitEvent");
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (flags > 1) return call.Invalid($"Flags {flags}; 0 or 1 are possible.");

        // The one call that may name an event of another context: that is how devices wait for each other.
        EmulatedEvent? waited = HandleTable.Find<EmulatedEvent>(@event.Value);
        if (waited is null || waited.Context.Instance != call.Instance) return call.NoSuch("event");
        return waited.Capture is { } session ? JoinCapture(call, found, waited, session) : WaitOutside(call, found, waited);
    }

    private static CudaResult WaitOutside(DriverCall call, EmulatedStream stream, EmulatedEvent waited)
    {
        if (!waited.IsRecorded) return CudaResult.Success;
        if (stream.Capture is not null)
        {
            stream.Capture.Invalidate();
            return call.Refuse(
                CudaResult.StreamCaptureIsolation,
                "The event was recorded outside the capture, which cannot wait for it; the capture is broken now.");
        }

        if (waited.IsPending) stream.Keep(new WaitWork(waited.Stream!, waited.Place));

        // Work that ran at its call is done; only a launch that hangs is still ahead of the stream.
        if (waited.IsBehindHang && waited.Context == stream.Context) stream.IsHung = true;
        return CudaResult.Success;
    }

    private static CudaResult JoinCapture(DriverCall call, EmulatedStream stream, EmulatedEvent waited, CaptureSession session)
    {
        if (!call.Instance.Captures.Contains(session))
        {
            return call.Refuse(CudaResult.CapturedEvent, "The event was recorded in a capture that has ended; record it again first.");
        }

        if (session.IsInvalid) return call.Refuse(CudaResult.StreamCaptureInvalidated, "An earlier call broke the event's capture.");
        if (stream.Capture is not null && stream.Capture != session)
        {
            stream.Capture.Invalidate();
            session.Invalidate();
            return call.Refuse(CudaResult.StreamCaptureMerge, "Stream and event are of two captures; both are broken now.");
        }

        if (stream.Context != session.Origin.Context)
        {
            session.Invalidate();
            return call.Refuse(CudaResult.NotSupported, "Captures over several contexts are not emulated; the capture is broken now.");
        }

        if (stream.Capture is null)
        {
            if (stream.IsLegacy)
            {
                session.Invalidate();
                return call.Refuse(
                    CudaResult.StreamCaptureImplicit, "The legacy default stream cannot take part; the capture is broken now.");
            }

            session.Enter(stream);
        }

        stream.Join(waited.Frontier);
        return CudaResult.Success;
    }
}
