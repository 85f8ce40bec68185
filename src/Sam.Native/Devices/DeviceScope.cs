namespace Sam.Native;

/// <summary>The time in which one thread works with a device; see <see cref="Device.Enter"/>.</summary>
/// <param name="device">What is left at the end; null for devices that need no scope.</param>
internal readonly ref struct DeviceScope(Device? device)
{
    public void Dispose() => device?.Leave();
}
