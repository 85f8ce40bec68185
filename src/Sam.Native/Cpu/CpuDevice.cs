using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The CPU as a device: host memory and SIMD kernels on a fixed team of threads.</summary>
internal sealed class CpuDevice : Device
{
    private readonly CpuKernels _kernels;
    private long _allocatedBytes;
    private bool _disposed;

    public CpuDevice(DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Team = new WorkerTeam(options.ResolveThreads());
        _kernels = new CpuKernels(Team);
    }

    public WorkerTeam Team { get; }

    public override string Name => string.Create(
        CultureInfo.InvariantCulture,
        $"CPU ({RuntimeInformation.ProcessArchitecture}, {VectorBits}-bit vectors, {Team.Threads} {(Team.Threads == 1 ? "thread" : "threads")})");

    public override DeviceKernels Kernels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _kernels;
        }
    }

    public override bool IsHostAccessible => true;

    public override long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    private static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    public override DeviceMemory Allocate(long byteCount, string role)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        HostMemory memory = HostMemory.Allocate(this, byteCount, role);
        Interlocked.Add(ref _allocatedBytes, byteCount);
        Setup?.Add(memory);
        return memory;
    }

    public override unsafe void Upload<T>(ReadOnlySpan<T> source, DevicePointer<T> destination) =>
        source.CopyTo(new Span<T>(destination.ToPointer(), source.Length));

    public override unsafe void Download<T>(DevicePointer<T> source, Span<T> destination) =>
        new ReadOnlySpan<T>(source.ToPointer(), destination.Length).CopyTo(destination);

    public override void Synchronize()
    {
    }

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Team.Dispose();
            _kernels.Dispose();
        }
    }

    internal void OnFreed(long byteCount) => Interlocked.Add(ref _allocatedBytes, -byteCount);
}
