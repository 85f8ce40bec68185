namespace Sam.Emulator;

/// <summary>Between which memories a copy goes.</summary>
internal enum CopyDirection
{
    HostToDevice,
    DeviceToHost,
    DeviceToDevice,
    HostToHost,
}
