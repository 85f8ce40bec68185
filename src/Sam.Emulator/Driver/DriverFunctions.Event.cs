using System.Diagnostics;
using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult EventCreate(CudaEvent* @event, CudaEventFlags flags)
    {
        using DriverCall call = DriverCall.InContext("cuEventCreate");
        if (call.Result != CudaResult.Success) return call.Result;
        bool shared = (flags & CudaEventFlags.Interprocess) != 0;
        if (@event is null || (uint)flags > 7 || (shared && (flags & CudaEventFlags.DisableTiming) == 0))
        {
            return call.Invalid($"Flags {(uint)flags}, or the result's address is null.");
        }

        *@event = new CudaEvent(new EmulatedEvent(call.Context, flags).Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult EventRecord(CudaEvent @event, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuEventRecord");
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (call.Context.Find<EmulatedEvent>(@event.Value) is not { } recorded) return call.NoSuch("event");
        recorded.Record(found);
        call.Instance.Ledger.EventRecords++;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult EventQuery(CudaEvent @event)
    {
        using DriverCall call = DriverCall.InContext("cuEventQuery");
        if (!TryEvent(call, @event, out EmulatedEvent found)) return call.Result;
        if (found.IsPending) found.Stream!.RunTo(found.Stream.Completed + 1);
        return found.IsBehindHang || found.IsPending ? CudaResult.NotReady : CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult EventSynchronize(CudaEvent @event)
    {
        using DriverCall call = DriverCall.InContext("cuEventSynchronize");
        if (!TryEvent(call, @event, out EmulatedEvent found)) return call.Result;
        call.Instance.Ledger.Synchronisations++;
        if (found.IsPending) found.Stream!.RunTo(found.Place);
        if (found.IsBehindHang && call.WaitForHang()) return call.Result;
        return call.Context.ReadLoss();
    }

    [UnmanagedCallersOnly]
    private static CudaResult EventElapsedTime(float* milliseconds, CudaEvent start, CudaEvent end)
    {
        using DriverCall call = DriverCall.InContext("cuEventElapsedTime");
        if (!TryEvent(call, start, out EmulatedEvent first) || !TryEvent(call, end, out EmulatedEvent last)) return call.Result;
        if (milliseconds is null) return call.Invalid("The result's address is null.");
        if (((first.Flags | last.Flags) & CudaEventFlags.DisableTiming) != 0)
        {
            return call.Refuse(CudaResult.InvalidHandle, "An event was created without timing.");
        }

        if (!first.IsRecorded || !last.IsRecorded) return call.Refuse(CudaResult.InvalidHandle, "An event has not been recorded.");
        if (first.IsBehindHang || last.IsBehindHang || first.IsPending || last.IsPending) return CudaResult.NotReady;
        *milliseconds = (float)((last.Timestamp - first.Timestamp) * 1000.0 / Stopwatch.Frequency);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult EventDestroy(CudaEvent @event)
    {
        using DriverCall call = DriverCall.InContext("cuEventDestroy_v2");
        EmulatedEvent? found = call.Context?.Find<EmulatedEvent>(@event.Value);
        if (call.Result != CudaResult.Success)
        {
            if (found is not null && call.Context!.Loss != CudaResult.Success) found.Destroy();
            return call.Result;
        }

        if (found is null) return call.NoSuch("event");
        found.Destroy();
        return CudaResult.Success;
    }

    private static bool TryEvent(DriverCall call, CudaEvent @event, out EmulatedEvent found)
    {
        found = null!;
        if (call.Result != CudaResult.Success) return false;
        if (call.Context.Find<EmulatedEvent>(@event.Value) is not { } known)
        {
            call.NoSuch("event");
            return false;
        }

        found = known;
        if (known.Capture is not { } session) return true;
        if (call.Instance.Captures.Contains(session)) session.Invalidate();
        call.Refuse(CudaResult.CapturedEvent, "The event was last recorded in a capture.");
        return false;
    }
}
