using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>The bindings generated from axpby.cu, compiled by NVRTC and run on the emulated device.</summary>
public sealed class BindingTests
{
    private static readonly string[] Options = ["--gpu-architecture=compute_80", "-default-device"];

    [Fact]
    public void ALaunchMethod_PassesPointersScalarsAndStructs()
    {
        TestNvrtc.Require();
        using TestDevice device = new();
        using NvrtcModules modules = new(device.Driver, CudaLibraries.Nvrtc.Table, Options);
        KernelLauncher launcher = new(device.Driver, modules) { SynchronizesEachLaunch = true };
        AxpbyKernels kernels = new(launcher), shifted = new(launcher, perThread: 3, shift: 0.5f), again = new(launcher);
        Assert.Equal(2, device.Cuda.Ledger.ModuleLoads);

        nint x = device.Upload<float>([1f, 2f, 3f, 4f, 5f]), y = device.Upload<float>([10f, 20f, 30f, 40f, 50f]), z = device.Allocate(256);
        Factors factors = new() { A = 2f, B = 0.5f };
        kernels.Axpby(LaunchShape.For(5, 32, 2), new DevicePointer<float>(x), new DevicePointer<float>(y), factors, 4);
        Assert.Equal([7f, 14f, 21f, 28f, 50f], device.Download<float>(y, 5));
        shifted.Axpby(new LaunchShape(1, 32), new DevicePointer<float>(x), new DevicePointer<float>(y), new Factors { B = 1f }, 5);
        Assert.Equal([7.5f, 14.5f, 21.5f, 28.5f, 50.5f], device.Download<float>(y, 5));
        again.FillIndex(new LaunchShape(2, 32), new DevicePointer<int>(z), -3, true);
        Assert.Equal(Enumerable.Range(-3, 64).Select(i => -i), device.Download<int>(z, 64));
        device.Free(x, y, z);
        Assert.Empty(device.Cuda.Findings);
    }

    [Fact]
    public void ALaunchMethod_AllocatesNothing()
    {
        TestNvrtc.Require();
        using TestDevice device = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using NvrtcModules modules = new(device.Driver, CudaLibraries.Nvrtc.Table, Options);
        AxpbyKernels kernels = new(new KernelLauncher(device.Driver, modules, device.Stream()));
        DevicePointer<float> x = new(device.Upload<float>(new float[64])), y = new(device.Upload<float>(new float[64]));
        LaunchShape shape = new(1, 32);
        for (int i = 0; i < 20; i++) kernels.Axpby(shape, x, y, default, 64);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) kernels.Axpby(shape, x, y, default, 64);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ARefusedLaunch_NamesKernelAndShape()
    {
        TestNvrtc.Require();
        using TestDevice device = new();
        using NvrtcModules modules = new(device.Driver, CudaLibraries.Nvrtc.Table, Options);
        AxpbyKernels kernels = new(new KernelLauncher(device.Driver, modules));
        CudaException error = Assert.Throws<CudaException>(() => kernels.FillIndex(new LaunchShape(1, 2000), default, 0, false));
        Assert.Equal(("fill_index", CudaResult.InvalidValue), (error.Kernel, error.Result));
        Assert.Contains("Launch <<<(1, 1, 1), (2000, 1, 1), 0 bytes>>>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutNvrtc_ThePtxMadeAheadRuns()
    {
        using TestDevice device = new();
        using NvrtcModules modules = new(device.Driver, null, Options);
        AxpbyKernels kernels = new(new KernelLauncher(device.Driver, modules));
        nint z = device.Allocate(128);
        kernels.FillIndex(new LaunchShape(1, 32), new DevicePointer<int>(z), 7, false);
        Assert.Equal(Enumerable.Range(7, 32), device.Download<int>(z, 32));
        device.Free(z);
    }

    [Fact]
    public void WithoutNvrtc_OtherConstantsAndFilesWithoutPtxAreRefusedByName()
    {
        using TestDevice device = new();
        using NvrtcModules modules = new(device.Driver, null, Options);
        KernelLauncher launcher = new(device.Driver, modules);
        Assert.Contains(
            "axpby.cu has PTX made ahead for other constants than -DPER_THREAD=3",
            Assert.Throws<PlatformNotSupportedException>(() => new AxpbyKernels(launcher, perThread: 3)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "none.cu has no PTX made ahead",
            Assert.Throws<PlatformNotSupportedException>(() => modules.Load(new KernelSource("none.cu", "1"u8, default, ""))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheSourceAndItsPtx_AreEmbedded()
    {
        Assert.Equal("axpby.cu", AxpbyKernels.FileName);
        Assert.True(AxpbyKernels.Source.StartsWith("/* axpby: y[i] = a * x[i] + b * y[i]"u8));
        Assert.True(AxpbyKernels.Ptx.IndexOf(".visible .entry axpby("u8) > 0);
    }

    [Fact]
    public void TheEmbeddedPtx_IsWhatNvrtcMakesOfTheSource()
    {
        NvrtcCompiler compiler = TestNvrtc.Require();
        string embedded = System.Text.Encoding.UTF8.GetString(AxpbyKernels.Ptx);
        byte[] made = compiler.Compile(
            AxpbyKernels.Source, AxpbyKernels.FileName, ["--gpu-architecture=compute_70", "-default-device"]).Ptx;
        string fresh = System.Text.Encoding.UTF8.GetString(made).TrimEnd('\0');
        if (Build(embedded) != Build(fresh)) Assert.Skip($"The PTX was made by {Build(embedded)}, this is {Build(fresh)}.");
        Assert.Equal(embedded, fresh);

        static string Build(string ptx) => ptx.Split('\n').First(line => line.Contains("tools, release", StringComparison.Ordinal));
    }
}
