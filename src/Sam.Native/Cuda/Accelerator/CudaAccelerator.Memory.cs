using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sam.Native.Cuda;

internal sealed unsafe partial class CudaAccelerator
{
    private readonly MemoryAccount _account = new();
    private readonly HashSet<nint> _blocks = [];
    private readonly HashSet<nint> _hostBlocks = [];

    public override long AllocatedBytes => _account.TotalBytes;

    /// <summary>Bytes that the device object took for itself.</summary>
    internal long OwnBytes { get; private set; }

    internal override long? FreeBytes
    {
        get
        {
            using DeviceScope scope = Enter();
            nuint free, total;

            // What was given back in the stream's order is free when the stream is there.
            Driver.StreamSynchronize(Stream);
            return Driver.MemoryGetInfo(&free, &total) == CudaResult.Success ? (long)free : null;
        }
    }

    public override DeviceMemory Allocate(long byteCount, string role)
    {
        AcceleratorMemory memory = Allocate(byteCount, role, clears: true);
        Setup?.Add(memory);
        return memory;
    }

    /// <summary>Memory of the device object itself, whatever object is being set up.</summary>
    /// <param name="byteCount">Size in bytes.</param>
    /// <param name="role">What it is for, in messages.</param>
    /// <param name="clears">Whether it is zeros; else it is written before it is read.</param>
    internal DeviceMemory AllocateOwn(long byteCount, string role, bool clears)
    {
        AcceleratorMemory memory = Allocate(byteCount, role, clears);
        OwnBytes += byteCount;
        return memory;
    }

    private AcceleratorMemory Allocate(long byteCount, string role, bool clears)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        using DeviceScope scope = Enter();
        nint address;
        nuint size = (nuint)Math.Max(byteCount, 1);

        // The driver's pool is the one that everything in the process shares that allocates in stream order.
        CudaResult result = _hasPool ? Driver.MemoryAllocateAsync(&address, size, Stream) : Driver.MemoryAllocate(&address, size);
        if (result == CudaResult.OutOfMemory) throw OutOfMemory(byteCount, role);
        CudaException.ThrowIfFailed(Driver, result, _hasPool ? "cuMemAllocAsync" : "cuMemAlloc");
        result = clears ? Driver.MemsetD8Async(address, 0, size, Stream) : CudaResult.Success;
        if (result != CudaResult.Success)
        {
            FreeBlock(address);
            CudaException.ThrowIfFailed(Driver, result, "cuMemsetD8Async");
        }

        _account.Add(role, byteCount);
        _blocks.Add(address);
        return new AcceleratorMemory(this, address, byteCount, role);
    }

    public override void Upload<T>(ReadOnlySpan<T> source, DevicePointer<T> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (source.IsEmpty) return;
        using DeviceScope scope = Enter();

        // From pageable memory the call returns when the source was read, so that spans on the stack are safe; pinned memory is read later.
        fixed (T* from = source)
        {
            CudaException.ThrowIfFailed(
                Driver, Driver.CopyHostToDeviceAsync(destination.Address, from, Bytes<T>(source.Length), Stream), "cuMemcpyHtoDAsync");
            if (IsPinned(from)) CudaException.ThrowIfFailed(Driver, Driver.StreamSynchronize(Stream), "cuStreamSynchronize");
        }
    }

    // The driver knows nothing of pageable memory, and says so.
    private bool IsPinned(void* address)
    {
        uint type;
        return Driver.PointerGetAttribute(&type, CudaPointerAttribute.MemoryType, (nint)address) == CudaResult.Success && type != 0;
    }

    public override void Download<T>(DevicePointer<T> source, Span<T> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (destination.IsEmpty) return;
        using DeviceScope scope = Enter();
        fixed (T* to = destination)
        {
            CudaException.ThrowIfFailed(
                Driver, Driver.CopyDeviceToHostAsync(to, source.Address, Bytes<T>(destination.Length), Stream), "cuMemcpyDtoHAsync");
            CudaException.ThrowIfFailed(Driver, Driver.StreamSynchronize(Stream), "cuStreamSynchronize");
        }
    }

    internal override SharedMemory AllocateShared(long byteCount, string role)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using DeviceScope scope = Enter();
        void* host;
        CudaHostAllocFlags flags = CudaHostAllocFlags.DeviceMap | CudaHostAllocFlags.Portable;
        CudaResult result = Driver.MemoryAllocateHost(&host, (nuint)byteCount, flags);
        if (result == CudaResult.OutOfMemory)
        {
            throw new OutOfMemoryException($"{MemoryAccount.Megabytes(byteCount)} of pinned host memory for {role} are not to be had for {Name}.");
        }

        CudaException.ThrowIfFailed(Driver, result, "cuMemHostAlloc");
        nint address;
        result = Driver.MemoryHostGetDevicePointer(&address, host, 0);
        if (result != CudaResult.Success)
        {
            Driver.MemoryFreeHost(host);
            CudaException.ThrowIfFailed(Driver, result, "cuMemHostGetDevicePointer");
        }

        new Span<byte>(host, checked((int)byteCount)).Clear();
        _hostBlocks.Add((nint)host);
        SharedMemory memory = new((nint)host, address, FreeShared);
        Setup?.Add(memory);
        return memory;
    }

    internal override void WaitUntil(long* number, long least)
    {
        const int LooksBeforeQuery = 256;
        const int QueriesBeforeWait = 1024;
        for (int query = 0; ; query++)
        {
            for (int look = 0; look < LooksBeforeQuery; look++)
            {
                if (Volatile.Read(ref *number) >= least) return;
                Thread.SpinWait(8);
            }

            CudaResult result = query < QueriesBeforeWait ? Driver.StreamQuery(Stream) : Driver.StreamSynchronize(Stream);
            if (result == CudaResult.NotReady) continue;
            CudaException.ThrowIfFailed(Driver, result, query < QueriesBeforeWait ? "cuStreamQuery" : "cuStreamSynchronize");
            if (Volatile.Read(ref *number) >= least) return;
            throw new InvalidOperationException($"{Name} is done with its work, and a step that was submitted is not in it.");
        }
    }

    private void FreeShared(nint host)
    {
        if (_disposed) return;
        using DeviceScope scope = EnterToDispose();
        _hostBlocks.Remove(host);
        Driver.MemoryFreeHost((void*)host);
    }

    // What models and optimizers did not give back before the device's end.
    private void FreeRest()
    {
        foreach (nint address in _blocks) FreeBlock(address);
        foreach (nint host in _hostBlocks) Driver.MemoryFreeHost((void*)host);
        _blocks.Clear();
        _hostBlocks.Clear();
    }

    internal void Free(nint address, long byteCount, string role)
    {
        if (_disposed) return;
        using DeviceScope scope = EnterToDispose();
        _account.Remove(role, byteCount);
        _blocks.Remove(address);

        // On a device that was lost this fails, and there is nothing left to free.
        FreeBlock(address);
    }

    // Behind the work that uses the block.
    private void FreeBlock(nint address)
    {
        if (_hasPool) Driver.MemoryFreeAsync(address, Stream);
        else Driver.MemoryFree(address);
    }

    private static nuint Bytes<T>(int count)
        where T : unmanaged => (nuint)((long)count * Unsafe.SizeOf<T>());

    private OutOfMemoryException OutOfMemory(long byteCount, string role)
    {
        nuint free, total;
        string left = Driver.MemoryGetInfo(&free, &total) == CudaResult.Success
            ? $"{MemoryAccount.Megabytes((long)free)} of {MemoryAccount.Megabytes((long)total)} are free" : "how much is free is not known";
        return new OutOfMemoryException(string.Create(
            CultureInfo.InvariantCulture,
            $"{MemoryAccount.Megabytes(byteCount)} for {role} are not to be had on {Name}: {left}; this device object holds {_account.Describe()}."));
    }
}
