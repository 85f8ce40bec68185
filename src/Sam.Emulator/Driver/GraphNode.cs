namespace Sam.Emulator;

/// <summary>A node of a graph.</summary>
internal sealed class GraphNode
{
    internal GraphNode(EmulatedGraph graph, int index, StreamWork work, IReadOnlyList<GraphNode> dependencies)
    {
        Graph = graph;
        Index = index;
        Work = work;
        Dependencies = [.. dependencies];
        foreach (GraphNode dependency in Dependencies) dependency.HasDependents = true;
        Handle = HandleTable.Add(this);
    }

    internal EmulatedGraph Graph { get; }

    /// <summary>Its place among the graph's nodes, where it comes behind all that it depends on.</summary>
    internal int Index { get; }

    internal StreamWork Work { get; }

    internal IReadOnlyList<GraphNode> Dependencies { get; }

    internal bool HasDependents { get; private set; }

    internal nint Handle { get; }
}
