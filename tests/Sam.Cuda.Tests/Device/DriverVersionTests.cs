using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Drivers that are older than what was compiled.</summary>
public sealed class DriverVersionTests
{
    private static readonly float[] s_input = [.. Enumerable.Range(0, 20).Select(static i => (float)Math.Sin(i))];

    [Fact]
    public void ThePtxMadeAheadRunsOnTheOldestDriver()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { DriverVersion = 12000 });
        using Device device = Device.Cuda(Options(cuda));
        using SmallMlp model = new(device, 4, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        for (int i = 0; i < 3; i++) Assert.True(float.IsFinite(sam.Step(s_input, [1]).Loss));
    }

    [Fact]
    public void AnOlderDriver_IsAnErrorThatNamesBothVersions()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { DriverVersion = 11080 });
        PlatformNotSupportedException error = Assert.Throws<PlatformNotSupportedException>(() => Device.Cuda(Options(cuda)));
        Assert.Contains("supports CUDA 11.8; kernels here need 12.0 or later", error.Message, StringComparison.Ordinal);
        cuda.Dispose();
        cuda.ThrowIfAnyFinding();
    }

    [Fact]
    public unsafe void PtxThatIsNewerThanTheDriver_IsAnErrorThatNamesBothVersions()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { DriverVersion = 12010 });
        using Device device = Device.Cuda(Options(cuda));
        CudaException error = Assert.Throws<CudaException>(() =>
        {
            using DeviceScope scope = device.Enter();
            using NvrtcModules modules = new(cuda.Driver, null, []);
            modules.Load(new KernelSource("new.cu", default, ".version 8.7\n.target sm_70\n.address_size 64\n"u8, ""));
        });
        Assert.Equal(CudaResult.UnsupportedPtxVersion, error.Result);
        Assert.StartsWith("The PTX is of version 8.7; the driver supports CUDA 12.1. ", error.Log, StringComparison.Ordinal);
    }

    private static CudaOptions Options(EmulatedCuda cuda) => new() { Driver = cuda.Driver, Cublas = cuda.Cublas, IgnoreNvrtc = true, CacheFolder = "" };
}
