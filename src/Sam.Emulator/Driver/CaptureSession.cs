using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A capture: the graph being recorded and the streams that take part.</summary>
internal sealed class CaptureSession
{
    private readonly List<EmulatedStream> _streams = [];

    /// <summary>Begins a capture in a stream.</summary>
    /// <param name="origin">The stream.</param>
    /// <param name="mode">What it forbids meanwhile.</param>
    internal CaptureSession(EmulatedStream origin, CudaCaptureMode mode)
    {
        Origin = origin;
        Mode = mode;
        ThreadId = Environment.CurrentManagedThreadId;
        Graph = new EmulatedGraph(origin.Context);
        Enter(origin);
        origin.Context.Instance.Captures.Add(this);
    }

    internal EmulatedStream Origin { get; }

    internal CudaCaptureMode Mode { get; }

    /// <summary>The thread that began it.</summary>
    internal int ThreadId { get; }

    internal EmulatedGraph Graph { get; }

    internal bool IsInvalid { get; private set; }

    /// <summary>Whether the legacy default stream would wait for a stream of it.</summary>
    internal bool HasBlockingStream => _streams.Exists(stream => (stream.Flags & CudaStreamFlags.NonBlocking) == 0);

    /// <summary>Lets a stream take part.</summary>
    /// <param name="stream">The stream, which takes part in no capture.</param>
    internal void Enter(EmulatedStream stream)
    {
        stream.Capture = this;
        stream.Frontier.Clear();
        _streams.Add(stream);
    }

    /// <summary>Lets a stream go.</summary>
    /// <param name="stream">The stream.</param>
    internal void Leave(EmulatedStream stream)
    {
        stream.Capture = null;
        stream.Frontier.Clear();
        _streams.Remove(stream);
        if (stream == Origin) End();
    }

    /// <summary>Breaks it: from now on it can only be ended, with an error.</summary>
    internal void Invalidate() => IsInvalid = true;

    /// <summary>Whether some captured work is not before the end of the origin stream.</summary>
    /// <returns>True for a stream that forked off and was not joined.</returns>
    internal bool HasUnjoinedWork() => Graph.Nodes.Any(node => !node.HasDependents && !Origin.Frontier.Contains(node));

    /// <summary>Frees all streams.</summary>
    internal void End()
    {
        foreach (EmulatedStream stream in _streams)
        {
            stream.Capture = null;
            stream.Frontier.Clear();
        }

        _streams.Clear();
        Origin.Context.Instance.Captures.Remove(this);
    }
}
