namespace Sam.Native;

/// <summary>Memory that host and device both see, each at an address of its own.</summary>
/// <param name="hostAddress">Where the host sees it.</param>
/// <param name="deviceAddress">Where the device sees it.</param>
/// <param name="free">Gives it back.</param>
internal sealed class SharedMemory(nint hostAddress, nint deviceAddress, Action<nint> free) : IDisposable
{
    public nint HostAddress { get; } = hostAddress;

    public nint DeviceAddress { get; } = deviceAddress;

    public bool IsDisposed { get; private set; }

    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        free(HostAddress);
    }
}
