using System.Diagnostics;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>An event: a place in a stream, with the time at which the stream came there.</summary>
internal sealed class EmulatedEvent : EmulatedObject
{
    private int _records;

    internal EmulatedEvent(EmulatedContext context, CudaEventFlags flags)
        : base(context)
    {
        Flags = flags;
        context.Add(this);
    }

    internal CudaEventFlags Flags { get; }

    /// <summary>Whether it has been recorded outside a capture.</summary>
    internal bool IsRecorded { get; private set; }

    /// <summary>The stream that it was recorded in last, outside a capture; null for none.</summary>
    internal EmulatedStream? Stream { get; private set; }

    /// <summary>Its place among the stream's deferred work.</summary>
    internal long Place { get; private set; }

    /// <summary>Whether the stream has not come to it yet.</summary>
    internal bool IsPending => Stream is not null && Stream.Completed < Place;

    /// <summary>Whether work before it never ends.</summary>
    internal bool IsBehindHang { get; private set; }

    internal long Timestamp { get; private set; }

    /// <summary>The capture that it was recorded in last; null where it was recorded outside of one.</summary>
    internal CaptureSession? Capture { get; private set; }

    /// <summary>The nodes before it in that capture.</summary>
    internal List<GraphNode> Frontier { get; } = [];

    /// <summary>Marks the place that a stream has reached.</summary>
    /// <param name="stream">The stream.</param>
    internal void Record(EmulatedStream stream)
    {
        Frontier.Clear();
        Capture = stream.Capture;
        if (Capture is not null)
        {
            Frontier.AddRange(stream.Frontier);
            return;
        }

        IsRecorded = true;
        Stream = stream;
        _records++;
        if (stream.Keeps)
        {
            stream.Keep(new RecordWork(this, _records));
            Place = stream.Submitted;
        }
        else
        {
            Place = 0;
            Reach(_records);
        }
    }

    /// <summary>Takes the time, now that the stream has come here.</summary>
    /// <param name="record">The number of the record; one that is not the latest does nothing.</param>
    internal void Reach(int record)
    {
        if (record != _records || Stream is null) return;
        IsBehindHang = Stream.IsHung;
        Timestamp = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    internal override void Destroy()
    {
        Context.Remove(this);
        base.Destroy();
    }
}
