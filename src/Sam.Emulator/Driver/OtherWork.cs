using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A call of a host function.</summary>
internal sealed unsafe class HostWork(delegate* unmanaged<void*, void> function, void* argument) : StreamWork
{
    private readonly delegate* unmanaged<void*, void> _function = function;
    private readonly void* _argument = argument;

    internal override CudaGraphNodeType Type => CudaGraphNodeType.Host;

    internal override void Run(EmulatedStream stream)
    {
        if (stream.Context.Loss == CudaResult.Success && !stream.IsHung) _function(_argument);
    }
}

/// <summary>Another graph inside a graph.</summary>
internal sealed class GraphWork(IReadOnlyList<StreamWork> work) : StreamWork
{
    internal override CudaGraphNodeType Type => CudaGraphNodeType.Graph;

    internal override void Run(EmulatedStream stream)
    {
        for (int i = 0; i < work.Count; i++) work[i].Run(stream);
    }

    internal override CudaGraphUpdateResult CanBecome(StreamWork other) => CudaGraphUpdateResult.NotSupported;
}

/// <summary>A wait for a place in another stream.</summary>
internal sealed class WaitWork(EmulatedStream other, long place) : StreamWork
{
    internal override CudaGraphNodeType Type => CudaGraphNodeType.WaitEvent;

    internal override void Run(EmulatedStream stream)
    {
        other.RunTo(place);
        if (other.IsHung && other.Context == stream.Context) stream.IsHung = true;
    }
}

/// <summary>The record of an event, when the stream comes to it.</summary>
internal sealed class RecordWork(EmulatedEvent recorded, int record) : StreamWork
{
    internal override CudaGraphNodeType Type => CudaGraphNodeType.EventRecord;

    internal override void Run(EmulatedStream stream) => recorded.Reach(record);
}
