namespace Sam.Native.Cuda;

/// <summary>A block of a CUDA device's memory.</summary>
internal sealed class AcceleratorMemory : DeviceMemory
{
    private readonly CudaAccelerator _device;

    public AcceleratorMemory(CudaAccelerator device, nint address, long byteCount, string role)
        : base(address, byteCount, role) => _device = device;

    private protected override void Free() => _device.Free(Address, ByteCount, Role);
}
