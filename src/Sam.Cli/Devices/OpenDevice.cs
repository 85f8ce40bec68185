using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cli.Devices;

/// <summary>A device that a command works on.</summary>
internal sealed class OpenDevice : IDisposable
{
    private readonly EmulatedCuda? _emulated;

    private OpenDevice(Device device, EmulatedCuda? emulated)
    {
        Device = device;
        _emulated = emulated;
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>Opens the device that was asked for.</summary>
    /// <param name="choice">Which one.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="CommandException">It is not there; the message says what was tried and what to install.</exception>
    public static OpenDevice Open(DeviceChoice choice)
    {
        DeviceOptions options = new() { Threads = choice.Threads };
        try
        {
            return choice.Kind switch
            {
                DeviceKind.Cpu => new OpenDevice(Device.Cpu(options), emulated: null),
                DeviceKind.Cuda => new OpenDevice(Device.Cuda(), emulated: null),
                DeviceKind.Emulated => Emulate(choice),
                _ => new OpenDevice(Device.Default(options), emulated: null),
            };
        }
        catch (Exception e) when (e is PlatformNotSupportedException or CudaException)
        {
            // Who named the device has to choose another one; with auto it is the GPU that is at fault.
            int code = choice.Kind == DeviceKind.Cuda ? ExitCode.BadInput : ExitCode.Failure;
            throw new CommandException(
                $"--device {choice.Kind.ToString().ToLowerInvariant()}: {e.Message.ReplaceLineEndings(" ")} `sam doctor` says more, --device cpu needs none of it.", code);
        }
    }

    /// <summary>Opens one of the driver's devices.</summary>
    /// <param name="ordinal">Its number.</param>
    /// <returns>The device.</returns>
    /// <exception cref="PlatformNotSupportedException">cuBLAS is not there.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public static OpenDevice OpenGpu(int ordinal) => new(Device.Cuda(new CudaOptions { Ordinal = ordinal }), emulated: null);

    /// <summary>Ends the work on the device in software: looks at what its checks found.</summary>
    /// <exception cref="CommandException">They found a mistake in a kernel.</exception>
    public void ThrowIfAnyFinding()
    {
        if (_emulated?.Findings is { Count: > 0 } findings)
        {
            throw new CommandException(
                $"the device in software found {findings.Count} mistakes; the first: {findings[0].ToString().ReplaceLineEndings(" ")}", ExitCode.Failure);
        }
    }

    /// <summary>Frees the device.</summary>
    public void Dispose()
    {
        Device.Dispose();
        _emulated?.Dispose();
    }

    private static OpenDevice Emulate(DeviceChoice choice)
    {
        // One thread with the checks: what they find must not hang on how the host's threads happen to take turns.
        EmulatedCuda emulated = new(new EmulatedCudaOptions
        {
            Checks = choice.Checks ? CheckSet.All : CheckSet.None,
            ReportLeaks = choice.Checks,
            Threads = choice.Checks ? 1 : choice.Threads,
        });
        try
        {
            return new OpenDevice(Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas }), emulated);
        }
        catch
        {
            emulated.Dispose();
            throw;
        }
    }
}
