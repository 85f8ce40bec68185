using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A copy.</summary>
internal sealed class CopyWork(nint destination, nint source, nuint byteCount, CopyDirection direction) : StreamWork
{
    internal override CudaGraphNodeType Type => CudaGraphNodeType.Memcpy;

    private CopyDirection Direction { get; } = direction;

    internal override void Run(EmulatedStream stream)
    {
        EmulatedContext context = stream.Context;
        if (context.Loss != CudaResult.Success || stream.IsHung) return;
        bool toDevice = Direction is CopyDirection.HostToDevice or CopyDirection.DeviceToDevice;
        bool fromDevice = Direction is CopyDirection.DeviceToHost or CopyDirection.DeviceToDevice;
        if ((toDevice && !context.IsReachable(destination, byteCount, out string reason))
            || (fromDevice && !context.IsReachable(source, byteCount, out reason)))
        {
            MemoryFault.Report(context, $"A graph or deferred work copies memory that is gone: {reason}");
            return;
        }

        context.RunCopy(destination, source, byteCount, Direction);
    }

    internal override CudaGraphUpdateResult CanBecome(StreamWork other) =>
        other is CopyWork copy && copy.Direction == Direction ? CudaGraphUpdateResult.Success : CudaGraphUpdateResult.ParametersChanged;
}

/// <summary>A fill.</summary>
internal sealed class FillWork(nint address, uint value, int width, nuint count) : StreamWork
{
    internal override CudaGraphNodeType Type => CudaGraphNodeType.Memset;

    internal override void Run(EmulatedStream stream)
    {
        EmulatedContext context = stream.Context;
        if (context.Loss != CudaResult.Success || stream.IsHung) return;
        if (!context.IsReachable(address, count * (nuint)width, out string reason))
        {
            MemoryFault.Report(context, $"A graph or deferred work fills memory that is gone: {reason}");
            return;
        }

        context.RunFill(address, value, width, count);
    }
}

/// <summary>Loses a context to an access that no kernel made.</summary>
internal static class MemoryFault
{
    /// <summary>Reports the fault and loses the context.</summary>
    /// <param name="context">The context.</param>
    /// <param name="text">What happened.</param>
    internal static void Report(EmulatedContext context, string text)
    {
        DeviceFaultException fault = new(DeviceFaultKind.OutOfBounds, text);
        context.Instance.Report(new Finding(FindingKind.Kernel, text, fault));
        context.Lose(CudaResult.IllegalAddress, text);
    }
}
