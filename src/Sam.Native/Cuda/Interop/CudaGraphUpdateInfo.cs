using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>What <c>cuGraphExecUpdate_v2</c> says about an update (CUgraphExecUpdateResultInfo).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CudaGraphUpdateInfo
{
    /// <summary>Whether the instantiated graph took the new one, or why not.</summary>
    public CudaGraphUpdateResult Result;

    /// <summary>The node of the new graph that did not fit, or 0.</summary>
    public CudaGraphNode ErrorNode;

    /// <summary>Where <see cref="ErrorNode"/> depends on something that it did not before: that node, or 0.</summary>
    public CudaGraphNode ErrorFromNode;
}
