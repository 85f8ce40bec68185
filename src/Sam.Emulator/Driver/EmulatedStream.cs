using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A stream. Its work runs when it is submitted, unless the stream is capturing or work is deferred.</summary>
internal sealed class EmulatedStream : EmulatedObject
{
    private readonly Queue<StreamWork> _pending = new();

    internal EmulatedStream(EmulatedContext context, string name, CudaStreamFlags flags, int priority)
        : base(context)
    {
        Name = name;
        Flags = flags;
        Priority = priority;
        Counters = context.Instance.Ledger.ForStream(name);
    }

    internal string Name { get; }

    internal CudaStreamFlags Flags { get; }

    internal int Priority { get; }

    internal KernelCounters Counters { get; }

    /// <summary>Whether a launch in it never ends, so that nothing behind it runs.</summary>
    internal bool IsHung { get; set; }

    /// <summary>The capture that it takes part in; null for none.</summary>
    internal CaptureSession? Capture { get; set; }

    /// <summary>The nodes that its next captured work depends on.</summary>
    internal List<GraphNode> Frontier { get; } = [];

    /// <summary>Whether it is the legacy default stream, which waits for every blocking stream.</summary>
    internal bool IsLegacy => Context.DefaultStream == this;

    /// <summary>Whether work is kept rather than run: in a capture, or for later.</summary>
    internal bool Keeps => Capture is not null || Context.Instance.Options.DefersWork;

    /// <summary>Pieces of work that were kept for later, ever.</summary>
    internal long Submitted { get; private set; }

    /// <summary>Pieces of those that have begun.</summary>
    internal long Completed { get; private set; }

    /// <summary>Keeps work: in the capture, or behind what is pending.</summary>
    /// <param name="work">The work.</param>
    internal void Keep(StreamWork work)
    {
        if (Capture is not null)
        {
            AddNode(work);
            return;
        }

        Context.OrderWithDefault(this);
        Enqueue(work);
    }

    /// <summary>Puts work behind what is pending.</summary>
    /// <param name="work">The work.</param>
    internal void Enqueue(StreamWork work)
    {
        _pending.Enqueue(work);
        Submitted++;
    }

    /// <summary>Runs what is pending up to a place, and first what that waits for in other streams.</summary>
    /// <param name="place">A value that <see cref="Submitted"/> had.</param>
    internal void RunTo(long place)
    {
        while (Completed < place && _pending.TryDequeue(out StreamWork? work))
        {
            // Counted before it runs: what it waits for elsewhere may wait for earlier work of this stream, which is done.
            Completed++;
            work.Run(this);
        }
    }

    /// <summary>Runs all that is pending.</summary>
    internal void RunAll() => RunTo(Submitted);

    /// <summary>Adds work to the capture; the work behind it depends on it.</summary>
    /// <param name="work">What the node does.</param>
    private void AddNode(StreamWork work)
    {
        GraphNode node = Capture!.Graph.Add(work, Frontier);
        Frontier.Clear();
        Frontier.Add(node);
    }

    /// <summary>Makes later captured work depend on more nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    internal void Join(IReadOnlyList<GraphNode> nodes)
    {
        foreach (GraphNode node in nodes)
        {
            if (!Frontier.Contains(node)) Frontier.Add(node);
        }
    }

    /// <inheritdoc/>
    internal override void Destroy()
    {
        RunAll();
        Capture?.Invalidate();
        Capture?.Leave(this);
        Context.Remove(this);
        base.Destroy();
    }
}
