using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult ContextCreate(CudaContext* context, uint flags, CudaDevice device)
    {
        using DriverCall call = DriverCall.Anywhere("cuCtxCreate_v2");
        if (!TryDevice(call, device, out EmulatedDevice found)) return call.Result;
        if (context is null) return call.Invalid("The result's address is null.");
        EmulatedContext created = new(found, flags, isPrimary: false);
        DriverThread.Push(created);
        *context = new CudaContext(created.Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextDestroy(CudaContext context)
    {
        using DriverCall call = DriverCall.Anywhere("cuCtxDestroy_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        EmulatedContext? found = HandleTable.Find<EmulatedContext>(context.Value);
        if (found is null || found.Instance != call.Instance) return call.Refuse(CudaResult.InvalidContext, "The handle names no context.");
        if (found.IsPrimary) return call.Refuse(CudaResult.InvalidContext, "A primary context is released, not destroyed.");
        if (DriverThread.Current == found) DriverThread.Pop();
        found.End();
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextSetCurrent(CudaContext context)
    {
        if (!TrySwitch("cuCtxSetCurrent", context, allowsNone: true, out EmulatedContext? found, out CudaResult result)) return result;
        DriverThread.SetCurrent(found);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextGetCurrent(CudaContext* context)
    {
        using DriverCall call = DriverCall.Anywhere("cuCtxGetCurrent");
        if (call.Result != CudaResult.Success) return call.Result;
        if (context is null) return call.Invalid("The result's address is null.");
        *context = new CudaContext(DriverThread.Current?.Handle ?? 0);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextPush(CudaContext context)
    {
        if (!TrySwitch("cuCtxPushCurrent_v2", context, allowsNone: false, out EmulatedContext? found, out CudaResult result)) return result;
        DriverThread.Push(found!);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextPop(CudaContext* context)
    {
        using DriverCall call = DriverCall.Anywhere("cuCtxPopCurrent_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        if (DriverThread.Current is null) return call.Refuse(CudaResult.InvalidContext, "No context is current on this thread.");
        EmulatedContext? gone = DriverThread.Pop();
        if (context is not null) *context = new CudaContext(gone?.Handle ?? 0);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextGetDevice(CudaDevice* device)
    {
        using DriverCall call = DriverCall.InContext("cuCtxGetDevice");
        if (call.Result != CudaResult.Success) return call.Result;
        if (device is null) return call.Invalid("The result's address is null.");
        *device = call.Context.Device.Id;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextSynchronize()
    {
        using DriverCall call = DriverCall.InContext("cuCtxSynchronize");
        if (call.Result != CudaResult.Success || call.IsForbiddenByCapture()) return call.Result;
        call.Instance.Ledger.Synchronisations++;
        call.Context.RunAll();
        return call.WaitForHang() ? call.Result : call.Context.ReadLoss();
    }

    [UnmanagedCallersOnly]
    private static CudaResult ContextGetStreamPriorityRange(int* least, int* greatest)
    {
        using DriverCall call = DriverCall.InContext("cuCtxGetStreamPriorityRange");
        if (call.Result != CudaResult.Success) return call.Result;
        if (least is not null) *least = LowestPriority;
        if (greatest is not null) *greatest = HighestPriority;
        return CudaResult.Success;
    }

    // The context's own instance decides, whichever the thread used before: a handle says whom it is for.
    private static bool TrySwitch(string function, CudaContext context, bool allowsNone, out EmulatedContext? found, out CudaResult result)
    {
        found = HandleTable.Find<EmulatedContext>(context.Value);
        found?.Instance.NoteUse();
        using DriverCall call = DriverCall.Anywhere(function);
        result = call.Result;
        if (result != CudaResult.Success || found is not null || (allowsNone && context.IsNull)) return result == CudaResult.Success;
        result = call.Refuse(CudaResult.InvalidContext, "The handle names no context: never made, or destroyed.");
        return false;
    }
}
