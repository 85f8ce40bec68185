using Sam.Native;

namespace Sam.Tests;

/// <summary>The device that the suites of this assembly test: the CPU.</summary>
internal sealed class TestedDevice : IDisposable
{
    private TestedDevice(int threads) => Device = Device.Cpu(new DeviceOptions { Threads = threads });

    public Device Device { get; }

    /// <summary>Opens it.</summary>
    /// <param name="threads">Threads of the CPU; 0 for the default.</param>
    public static TestedDevice Open(int threads = 0) => new(threads);

    /// <summary>Whether the suites test a row of their largest tables on this device.</summary>
    /// <param name="row">Number of the row.</param>
    public static bool Takes(int row) => row >= 0;

    public void Dispose() => Device.Dispose();
}
