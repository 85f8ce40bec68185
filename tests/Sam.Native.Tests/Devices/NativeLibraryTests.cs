using System.Diagnostics;
using Sam.Native.Cuda;
using Sam.Native.Tests.Optimizers;

namespace Sam.Native.Tests.Devices;

/// <summary>Law 8: the CPU path loads no native library, and a missing driver is no exception.</summary>
public sealed class NativeLibraryTests
{
    private const int PatienceMs = 60_000;

    [Fact]
    public void TrainingOnTheCpu_LoadsNoLibraryOfCuda()
    {
        using Process child = Child.Start("libraries");
        string? onCpu = child.StandardOutput.ReadLine();
        string? byDefault = child.StandardOutput.ReadLine();
        Assert.True(child.WaitForExit(PatienceMs));
        Assert.Equal(0, child.ExitCode);
        Assert.Equal("libraries:", onCpu);
        if (!CudaLibraries.Driver.IsAvailable) Assert.Equal("libraries:", byDefault);
    }

    [Fact]
    public void Default_IsTheCpuWhereNoGpuAnswers()
    {
        if (CudaLibraries.Probe().IsAvailable) Assert.Skip("There is a GPU.");
        using Device device = Device.Default(new DeviceOptions { Threads = 1 });
        Assert.StartsWith("CPU", device.Name);
    }

    [Fact]
    public void Default_ChecksItsOptionsOnEveryMachine() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Device.Default(new DeviceOptions { Threads = -1 }));
}
