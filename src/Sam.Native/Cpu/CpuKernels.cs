using System.Runtime.InteropServices;

namespace Sam.Native.Cpu;

/// <summary>The CPU's kernels.</summary>
internal sealed unsafe partial class CpuKernels(WorkerTeam team) : DeviceKernels, IDisposable
{
    private readonly WorkerTeam _team = team;
    private float* _workspace;
    private long _workspaceBytes;
    private byte* _constants;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_workspace);
        NativeMemory.AlignedFree(_constants);
        _workspace = null;
        _workspaceBytes = 0;
        _constants = null;
    }

    public override void PrepareConv2d(in Conv2dShape shape, int batch) => Workspace(shape, batch);

    /// <summary>The workspace of a convolution: one for all layers, as only one runs at a time. Models size it when they are made.</summary>
    private float* Workspace(in Conv2dShape shape, int batch)
    {
        long bytes = Convolution.WorkspaceBytes(shape, batch, _team.Threads);
        if (bytes > _workspaceBytes)
        {
            NativeMemory.AlignedFree(_workspace);
            _workspace = (float*)NativeMemory.AlignedAlloc((nuint)bytes, HostMemory.Alignment);
            _workspaceBytes = bytes;
        }

        return _workspace;
    }
}
