namespace Sam.Native;

/// <summary>A block of a device's memory, aligned to 64 bytes and zero at first. Its address never changes; disposing it frees it.</summary>
public abstract class DeviceMemory : IDisposable
{
    private protected DeviceMemory(nint address, long byteCount, string role)
    {
        Address = address;
        ByteCount = byteCount;
        Role = role;
    }

    /// <summary>What the block is for: "weights", "gradients" and so on.</summary>
    public string Role { get; }

    /// <summary>Size in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>Whether the block was freed.</summary>
    public bool IsDisposed { get; private set; }

    private protected nint Address { get; }

    /// <summary>The block's first element.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <returns>Its address.</returns>
    /// <exception cref="ObjectDisposedException">The block was freed.</exception>
    public DevicePointer<T> Pointer<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new DevicePointer<T>(Address);
    }

    /// <summary>Frees the block. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            Free();
            GC.SuppressFinalize(this);
        }
    }

    private protected abstract void Free();
}
