using System.Runtime.InteropServices;

namespace Sam.Native.Cpu;

/// <summary>A block of host memory outside the garbage collector's heap.</summary>
internal sealed unsafe class HostMemory : DeviceMemory
{
    /// <summary>Every block and every tensor in one starts at a multiple of this many bytes: a cache line, and a Vector512.</summary>
    public const int Alignment = 64;

    private readonly CpuDevice _device;

    private HostMemory(CpuDevice device, nint address, long byteCount, string role)
        : base(address, byteCount, role) => _device = device;

    public static HostMemory Allocate(CpuDevice device, long byteCount, string role)
    {
        nuint size = checked((nuint)Math.Max(byteCount, Alignment));
        void* block = NativeMemory.AlignedAlloc(size, Alignment);
        NativeMemory.Clear(block, size);
        return new HostMemory(device, (nint)block, byteCount, role);
    }

    private protected override void Free()
    {
        NativeMemory.AlignedFree((void*)Address);
        _device.OnFreed(ByteCount);
    }
}
