namespace Sam.Native.Cuda;

/// <summary>Where the numbers that a kernel takes by pointer lie: groups, rules, factors, step numbers. In a step that is captured or replayed they
/// have a place in the step's own block, so that the graph stays the same when they change; else they go through a ring of pinned
/// memory that the device reads directly.</summary>
internal sealed unsafe class ConstantMemory : IDisposable
{
    private const int RingBytes = 1 << 20;
    private const int HalfBytes = RingBytes / 2;
    private const int Alignment = 16;

    private readonly CudaAccelerator _device;
    private readonly byte* _ring;
    private readonly nint _ringAddress;
    private readonly CudaEvent[] _passed = new CudaEvent[2];
    private int _half;
    private int _at;

    public ConstantMemory(CudaAccelerator device)
    {
        _device = device;
        void* ring;
        CudaException.ThrowIfFailed(
            device.Driver, device.Driver.MemoryAllocateHost(&ring, RingBytes, CudaHostAllocFlags.DeviceMap | CudaHostAllocFlags.Portable),
            "cuMemHostAlloc");
        _ring = (byte*)ring;
        try
        {
            nint address;
            CudaException.ThrowIfFailed(
                device.Driver, device.Driver.MemoryHostGetDevicePointer(&address, ring, 0), "cuMemHostGetDevicePointer");
            _ringAddress = address;
            for (int i = 0; i < _passed.Length; i++)
            {
                CudaEvent passed;
                CudaException.ThrowIfFailed(device.Driver, device.Driver.EventCreate(&passed, CudaEventFlags.DisableTiming), "cuEventCreate");
                _passed[i] = passed;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The constants of the step that is captured or replayed; null in between.</summary>
    public GraphConstants? Recording { get; set; }

    /// <summary>Hands values to the next kernels.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="values">The values.</param>
    /// <returns>Where kernels read them: until the next step, or for the kernels launched before half a mebibyte of other values.</returns>
    public DevicePointer<T> Put<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int bytes = values.Length * sizeof(T);
        int size = (bytes + Alignment - 1) / Alignment * Alignment;
        if (Recording is GraphConstants recording) return recording.Put(values, size);
        if (size > HalfBytes) throw new ArgumentException($"{bytes} bytes of constants do not fit {HalfBytes}.", nameof(values));
        int start = Reserve(size);
        values.CopyTo(new Span<T>(_ring + start, values.Length));
        return new DevicePointer<T>(_ringAddress + start);
    }

    /// <summary>Hands one value to the next kernels.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>Where kernels read it.</returns>
    public DevicePointer<T> Put<T>(in T value)
        where T : unmanaged => Put(new ReadOnlySpan<T>(in value));

    /// <summary>Hands a step's number to the next kernels; in a graph it has a place of its own, so that passes are not run again for
    /// it.</summary>
    /// <param name="step">The number.</param>
    /// <returns>Where kernels read it.</returns>
    public DevicePointer<ulong> PutStep(ulong step) => Recording is GraphConstants recording ? recording.Step : Put(in step);

    public void Dispose()
    {
        foreach (CudaEvent passed in _passed)
        {
            if (passed != default) _device.Driver.EventDestroy(passed);
        }

        _device.Driver.MemoryFreeHost(_ring);
    }

    // A half is written again only when the kernels that read it are done.
    private int Reserve(int size)
    {
        int half = _half;
        if (_at + size > (half + 1) * HalfBytes)
        {
            CudaException.ThrowIfFailed(_device.Driver, _device.Driver.EventRecord(_passed[half], _device.Stream), "cuEventRecord");
            half = 1 - half;
            CudaException.ThrowIfFailed(_device.Driver, _device.Driver.EventSynchronize(_passed[half]), "cuEventSynchronize");
            _half = half;
            _at = half * HalfBytes;
        }

        int start = _at;
        _at += size;
        return start;
    }
}
