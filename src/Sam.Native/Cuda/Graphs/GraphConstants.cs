namespace Sam.Native.Cuda;

/// <summary>The numbers of the steps of one optimizer. Kernels of a graph read them at fixed places in the device's memory; the host prepares a row of
/// them for each count of updates that a step may find, and the step takes the one that is right.</summary>
internal sealed unsafe class GraphConstants : IDisposable
{
    /// <summary>Bytes of a row at most.</summary>
    public const int RowBytes = 1 << 17;

    private const int StepBytes = 16;

    private readonly DeviceMemory _active;
    private byte* _row;

    public GraphConstants(CudaAccelerator device) => _active = device.Allocate(RowBytes, "numbers of a step");

    /// <summary>Where kernels read the numbers.</summary>
    public DevicePointer<byte> Active => _active.Pointer<byte>();

    /// <summary>Where kernels read the step's number.</summary>
    public DevicePointer<ulong> Step => _active.Pointer<ulong>();

    /// <summary>Bytes that the row has so far.</summary>
    public int Length { get; private set; }

    /// <summary>Begins a row.</summary>
    /// <param name="row">Where the host writes it.</param>
    /// <param name="step">The step's number.</param>
    public void Begin(byte* row, ulong step)
    {
        _row = row;
        *(ulong*)row = step;
        Length = StepBytes;
    }

    /// <summary>Adds values to the row.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="size">Their bytes, rounded up.</param>
    /// <returns>Where kernels read them.</returns>
    public DevicePointer<T> Put<T>(ReadOnlySpan<T> values, int size)
        where T : unmanaged
    {
        if (Length + size > RowBytes) throw new InvalidOperationException($"The numbers of a step take more than {RowBytes} bytes.");
        values.CopyTo(new Span<T>(_row + Length, values.Length));
        DevicePointer<T> place = new(_active.Pointer<byte>().Address + Length);
        Length += size;
        return place;
    }

    public void Dispose() => _active.Dispose();
}
