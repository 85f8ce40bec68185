using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>The self-test finds what is broken, and goes on behind it.</summary>
public sealed class DeviceSelfTestTests
{
    [Fact]
    public void ACallThatFails_FailsItsFamilyAlone()
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas });
        emulated.Faults.FailCall("cublasSgemm_v2", 2, CublasStatus.ExecutionFailed);
        IReadOnlyList<SelfTestResult> results = DeviceSelfTest.Run(device);
        SelfTestResult failed = Assert.Single(results, static result => !result.Passed);
        Assert.Equal("linear", failed.Family);
        Assert.Contains("cublasSgemm", failed.Detail);
        Assert.Contains("FAILED", failed.ToString());
    }

    [Fact]
    public void ADisposedDevice_IsAnError()
    {
        Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => DeviceSelfTest.Run(device));
    }

    [Theory]
    [InlineData(1.001, 1e-4)]
    [InlineData(double.NaN, 1e-4)]
    [InlineData(double.PositiveInfinity, 1e-4)]
    [InlineData(1.0000001, 0)]
    public void AWrongNumber_IsFound(double actual, double tolerance)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using SelfTestBench bench = new(device);
        bench.Check("right", [0.5, 1], [0.5, 1], tolerance);
        SelfTestException error = Assert.Throws<SelfTestException>(() => bench.Check("wrong", [0.5, 1], [0.5, actual], tolerance));
        Assert.Contains("wrong, element 1 of 2", error.Message);
    }
}
