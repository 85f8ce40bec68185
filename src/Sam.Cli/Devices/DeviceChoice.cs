namespace Sam.Cli.Devices;

/// <summary>What the options say of the device.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Threads">Threads of the CPU, or of the device in software.</param>
/// <param name="Checks">Whether the device in software looks for mistakes in kernels.</param>
internal sealed record DeviceChoice(DeviceKind Kind, int Threads, bool Checks);
