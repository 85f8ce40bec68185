using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult GraphInstantiate(CudaGraphExec* exec, CudaGraph graph, ulong flags)
    {
        using DriverCall call = DriverCall.InContext("cuGraphInstantiateWithFlags");
        if (call.Result != CudaResult.Success) return call.Result;
        if (exec is null) return call.Invalid("The result's address is null.");
        if ((flags & ~15ul) != 0) return call.Invalid($"Flags {flags}; 0 to 15 are possible.");
        if (call.Context.Find<EmulatedGraph>(graph.Value) is not { } found) return call.NoSuch("graph");
        *exec = new CudaGraphExec(new EmulatedGraphExec(found).Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphLaunch(CudaGraphExec exec, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuGraphLaunch");
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (call.Context.Find<EmulatedGraphExec>(exec.Value) is not { } launched) return call.NoSuch("instantiated graph");
        if (found.Capture is null) call.Instance.Ledger.GraphLaunches++;
        if (found.Keeps) found.Keep(new GraphWork(launched.Copy()));
        else launched.Run(found);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphUpload(CudaGraphExec exec, CudaStream stream)
    {
        using DriverCall call = DriverCall.InContext("cuGraphUpload");
        if (!TryStream(call, stream, out _)) return call.Result;
        return call.Context.Find<EmulatedGraphExec>(exec.Value) is null ? call.NoSuch("instantiated graph") : CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphExecUpdate(CudaGraphExec exec, CudaGraph graph, CudaGraphUpdateInfo* info)
    {
        using DriverCall call = DriverCall.InContext("cuGraphExecUpdate_v2");
        if (info is not null) *info = new CudaGraphUpdateInfo { Result = CudaGraphUpdateResult.Error };
        if (call.Result != CudaResult.Success) return call.Result;
        if (call.Context.Find<EmulatedGraphExec>(exec.Value) is not { } updated) return call.NoSuch("instantiated graph");
        if (call.Context.Find<EmulatedGraph>(graph.Value) is not { } source) return call.NoSuch("graph");
        bool took = updated.TryUpdate(source, out CudaGraphUpdateInfo outcome);
        if (info is not null) *info = outcome;
        return took
            ? CudaResult.Success
            : call.Refuse(CudaResult.GraphExecUpdateFailure, $"The new graph does not fit the instantiated one: {outcome.Result}.");
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphExecDestroy(CudaGraphExec exec)
    {
        using DriverCall call = DriverCall.InContext("cuGraphExecDestroy");
        EmulatedGraphExec? found = call.Context?.Find<EmulatedGraphExec>(exec.Value);
        return Destroy(call, found, "instantiated graph");
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphDestroy(CudaGraph graph)
    {
        using DriverCall call = DriverCall.InContext("cuGraphDestroy");
        EmulatedGraph? found = call.Context?.Find<EmulatedGraph>(graph.Value);
        return Destroy(call, found, "graph");
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphGetNodes(CudaGraph graph, CudaGraphNode* nodes, nuint* count)
    {
        using DriverCall call = DriverCall.InContext("cuGraphGetNodes");
        if (call.Result != CudaResult.Success) return call.Result;
        if (count is null) return call.Invalid("The count's address is null.");
        if (call.Context.Find<EmulatedGraph>(graph.Value) is not { } found) return call.NoSuch("graph");
        if (nodes is not null)
        {
            // A longer list than there are nodes is filled up with zeros, as a driver does.
            nuint known = (nuint)found.Nodes.Count;
            for (nuint i = 0; i < *count; i++) nodes[i] = i < known ? new CudaGraphNode(found.Nodes[(int)i].Handle) : default;
            *count = nuint.Min(*count, known);
        }
        else
        {
            *count = (nuint)found.Nodes.Count;
        }

        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphGetEdges(CudaGraph graph, CudaGraphNode* from, CudaGraphNode* to, nuint* count)
    {
        using DriverCall call = DriverCall.InContext("cuGraphGetEdges");
        if (call.Result != CudaResult.Success) return call.Result;
        if (count is null || (from is null) != (to is null)) return call.Invalid("One of two lists, or the count's address, is null.");
        if (call.Context.Find<EmulatedGraph>(graph.Value) is not { } found) return call.NoSuch("graph");
        nuint capacity = from is null ? 0 : *count;
        nuint edges = 0;
        foreach (GraphNode node in found.Nodes)
        {
            foreach (GraphNode dependency in node.Dependencies)
            {
                if (edges < capacity)
                {
                    from[edges] = new CudaGraphNode(dependency.Handle);
                    to[edges] = new CudaGraphNode(node.Handle);
                }

                edges++;
            }
        }

        *count = from is null ? edges : nuint.Min(edges, capacity);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GraphNodeGetType(CudaGraphNode node, CudaGraphNodeType* type)
    {
        using DriverCall call = DriverCall.InContext("cuGraphNodeGetType");
        if (call.Result != CudaResult.Success) return call.Result;
        if (type is null) return call.Invalid("The result's address is null.");
        GraphNode? found = HandleTable.Find<GraphNode>(node.Value);
        if (found is null || found.Graph.Context != call.Context) return call.NoSuch("node of a graph");
        *type = found.Work.Type;
        return CudaResult.Success;
    }

    private static CudaResult Destroy(DriverCall call, EmulatedObject? found, string what)
    {
        if (call.Result != CudaResult.Success)
        {
            if (found is not null && call.Context.Loss != CudaResult.Success) found.Destroy();
            return call.Result;
        }

        if (found is null) return call.NoSuch(what);
        found.Destroy();
        return CudaResult.Success;
    }
}
