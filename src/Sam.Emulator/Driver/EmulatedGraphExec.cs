using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A graph that is ready to launch: its work in an order that keeps every dependency.</summary>
internal sealed class EmulatedGraphExec : EmulatedObject
{
    private readonly StreamWork[] _work;
    private readonly int[][] _dependencies;

    internal EmulatedGraphExec(EmulatedGraph graph)
        : base(graph.Context)
    {
        _work = [.. graph.Nodes.Select(node => node.Work)];
        _dependencies = [.. graph.Nodes.Select(Dependencies)];
        Context.Add(this);
    }

    /// <summary>Runs all of it in a stream. Allocates nothing.</summary>
    /// <param name="stream">The stream.</param>
    internal void Run(EmulatedStream stream)
    {
        foreach (StreamWork work in _work) work.Run(stream);
    }

    /// <summary>Its work as it is now.</summary>
    /// <returns>A copy.</returns>
    internal StreamWork[] Copy() => [.. _work];

    /// <summary>Takes the parameters of a graph of the same shape.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="info">What came of it.</param>
    /// <returns>Whether it took them all; where it did not, it took none.</returns>
    internal bool TryUpdate(EmulatedGraph graph, out CudaGraphUpdateInfo info)
    {
        info = default;
        IReadOnlyList<GraphNode> nodes = graph.Nodes;
        if (nodes.Count != _work.Length)
        {
            info.Result = CudaGraphUpdateResult.TopologyChanged;
            return false;
        }

        for (int i = 0; i < _work.Length; i++)
        {
            CudaGraphUpdateResult result = !Dependencies(nodes[i]).AsSpan().SequenceEqual(_dependencies[i])
                ? CudaGraphUpdateResult.TopologyChanged
                : nodes[i].Work.Type != _work[i].Type
                    ? CudaGraphUpdateResult.NodeTypeChanged
                    : _work[i].CanBecome(nodes[i].Work);
            if (result == CudaGraphUpdateResult.Success) continue;
            info.Result = result;
            info.ErrorNode = new CudaGraphNode(nodes[i].Handle);
            return false;
        }

        for (int i = 0; i < _work.Length; i++) _work[i] = nodes[i].Work;
        return true;
    }

    /// <inheritdoc/>
    internal override void Destroy()
    {
        Context.Remove(this);
        base.Destroy();
    }

    private static int[] Dependencies(GraphNode node) => [.. node.Dependencies.Select(dependency => dependency.Index).Order()];
}
