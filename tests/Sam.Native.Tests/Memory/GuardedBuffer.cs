using System.Runtime.InteropServices;

namespace Sam.Native.Tests.Memory;

/// <summary>Floats whose end touches a page that may not be read or written: a kernel that goes one element too far ends the process.</summary>
internal sealed unsafe partial class GuardedBuffer : IDisposable
{
    private readonly byte* _base;
    private readonly nuint _bytes;

    public GuardedBuffer(int floats)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint used = ((nuint)floats * sizeof(float) + page - 1) / page * page;
        Count = floats;
        if (OperatingSystem.IsWindows())
        {
            _bytes = 0;
            _base = (byte*)NativeMemory.AlignedAlloc(used + page, page);
        }
        else
        {
            // PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS (0x20 on Linux, 0x1000 on macOS)
            _bytes = used + page;
            int flags = OperatingSystem.IsMacOS() ? 0x1002 : 0x22;
            _base = (byte*)MemoryMap(null, _bytes, 3, flags, -1, 0);
            if (_base == (byte*)-1) throw new OutOfMemoryException();
            if (Protect(_base + used, page, 0) != 0) throw new InvalidOperationException("mprotect failed.");
        }

        Pointer = (float*)(_base + used) - floats;
    }

    public int Count { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, Count);

    public void Dispose()
    {
        if (_bytes == 0) NativeMemory.AlignedFree(_base);
        else _ = Unmap(_base, _bytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MemoryMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
