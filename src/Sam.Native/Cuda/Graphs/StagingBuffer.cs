namespace Sam.Native.Cuda;

/// <summary>Pinned memory of the host that a batch and its numbers are written to, and the device's memory that they are copied to while the step before
/// still runs.</summary>
internal sealed unsafe class StagingBuffer : IDisposable
{
    private const int Alignment = 256;

    private readonly CudaAccelerator _device;
    private readonly SharedMemory _host;
    private readonly DeviceMemory _memory;

    public StagingBuffer(CudaAccelerator device, long byteCount)
    {
        _device = device;
        _host = device.AllocateShared(byteCount, "staging");
        try
        {
            _memory = device.Allocate(byteCount, "staging");
            CudaEvent copied;
            CudaException.ThrowIfFailed(device.Driver, device.Driver.EventCreate(&copied, CudaEventFlags.DisableTiming), "cuEventCreate");
            Copied = copied;
        }
        catch
        {
            _memory?.Dispose();
            _host.Dispose();
            throw;
        }
    }

    public byte* Host => (byte*)_host.HostAddress;

    public DevicePointer<byte> Memory => _memory.Pointer<byte>();

    /// <summary>Recorded behind each copy.</summary>
    public CudaEvent Copied { get; }

    public void Dispose()
    {
        using DeviceScope scope = _device.EnterToDispose();
        _device.Driver.EventDestroy(Copied);
        _memory.Dispose();
        _host.Dispose();
    }

    /// <summary>Where things lie in a staging buffer: close together for the batch at hand, so that what is copied is little more than that.</summary>
    /// <param name="inputBytes">Bytes of the batch.</param>
    /// <param name="targetBytes">Bytes of its targets.</param>
    public readonly struct Layout(long inputBytes, long targetBytes)
    {
        /// <summary>The same for all batches, so that one can be written before it is known how many examples it has.</summary>
        public const long Input = Alignment;

        public long Targets { get; } = Alignment + Round(inputBytes);

        public long Rows { get; } = Alignment + Round(inputBytes) + Round(targetBytes);

        public long ByteCount => Rows + ((long)StepGraphs.MaximumRows * GraphConstants.RowBytes);

        private static long Round(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
    }
}
