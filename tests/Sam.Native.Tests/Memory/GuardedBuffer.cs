using System.Runtime.InteropServices;

namespace Sam.Native.Tests.Memory;

/// <summary>Memory between two pages that may not be touched: reading or writing one element too far ends the process.</summary>
/// <remarks>The elements end at the upper guard page, or begin at the lower one. Where mmap is not to be had, plain memory is used.</remarks>
internal sealed unsafe partial class GuardedBuffer : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private readonly byte* _block;
    private readonly nuint _bytes;
    private readonly bool _mapped;

    public GuardedBuffer(int count, bool atStart = false)
    {
        Count = count;
        nuint page = (nuint)Environment.SystemPageSize;
        nuint wanted = (nuint)count * sizeof(float);
        nuint inner = (wanted + page - 1) / page * page;
        _bytes = inner + (2 * page);
        if (OperatingSystem.IsLinux())
        {
            _block = (byte*)Map(0, _bytes, 0, PrivateAnonymous, -1, 0);
            _mapped = true;
            if ((nint)_block == -1 || (inner > 0 && Protect((nint)(_block + page), inner, ReadWrite) != 0))
            {
                throw new InvalidOperationException("mmap or mprotect failed.");
            }
        }
        else
        {
            _block = (byte*)NativeMemory.AllocZeroed(_bytes);
        }

        Pointer = (float*)(atStart ? _block + page : _block + page + inner - wanted);
    }

    public int Count { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, Count);

    public void Dispose()
    {
        if (_mapped)
        {
            Unmap((nint)_block, _bytes);
        }
        else
        {
            NativeMemory.Free(_block);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
