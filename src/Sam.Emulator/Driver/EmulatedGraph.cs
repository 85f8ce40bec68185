namespace Sam.Emulator;

/// <summary>A graph of work.</summary>
/// <remarks>It belongs to a context only while it has been given to the program; a capture's graph is nobody's yet.</remarks>
internal sealed class EmulatedGraph : EmulatedObject
{
    private readonly List<GraphNode> _nodes = [];

    internal EmulatedGraph(EmulatedContext context)
        : base(context)
    {
    }

    /// <summary>The nodes, each behind all that it depends on.</summary>
    internal IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>Adds a node.</summary>
    /// <param name="work">What it does.</param>
    /// <param name="dependencies">What it waits for.</param>
    /// <returns>The node.</returns>
    internal GraphNode Add(StreamWork work, IReadOnlyList<GraphNode> dependencies)
    {
        GraphNode node = new(this, _nodes.Count, work, dependencies);
        _nodes.Add(node);
        return node;
    }

    /// <inheritdoc/>
    internal override void Destroy()
    {
        if (!IsAlive) return;
        foreach (GraphNode node in _nodes) HandleTable.Remove(node.Handle);
        Context.Remove(this);
        base.Destroy();
    }
}
