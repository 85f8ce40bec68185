using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>A source compiled by NVRTC and loaded into an emulated device with every check on; the end asserts that nothing was
/// found.</summary>
internal sealed unsafe class KernelRun : IDisposable
{
    private readonly CudaModule _module;

    public KernelRun(
        string source, string target = "compute_80", bool fastMath = false, bool withLines = false, EmulatedCudaOptions? options = null)
    {
        string[] fast = fastMath ? ["--use_fast_math"] : [], lines = withLines ? ["-lineinfo"] : [];
        byte[] ptx = TestNvrtc.Compile(source, target, [.. fast, .. lines]);
        int architecture = int.Parse(target.AsSpan("compute_".Length));
        options ??= new EmulatedCudaOptions();
        Device = new TestDevice(options with
        {
            Devices = [new EmulatedDeviceOptions { ComputeCapability = new Version(architecture / 10, architecture % 10) }],
        });
        CudaModule module;
        fixed (byte* image = ptx) Device.Ok(Device.Driver.ModuleLoadData(&module, image));
        _module = module;
    }

    public TestDevice Device { get; }

    public void Launch(string kernel, in LaunchShape shape, params ReadOnlySpan<long> arguments)
    {
        Device.Ok(TryLaunch(kernel, shape, arguments));
        Device.Ok(Device.Driver.ContextSynchronize());
    }

    public CudaResult TryLaunch(string kernel, in LaunchShape shape, params ReadOnlySpan<long> arguments)
    {
        CudaFunction function = Device.Function(_module, kernel);
        long* values = stackalloc long[Math.Max(1, arguments.Length)];
        void** pointers = stackalloc void*[Math.Max(1, arguments.Length)];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i];
            pointers[i] = values + i;
        }

        return shape.IsCooperative
            ? Device.Driver.LaunchCooperativeKernel(
                function,
                (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ,
                (uint)shape.BlockX, (uint)shape.BlockY, (uint)shape.BlockZ,
                (uint)shape.SharedBytes,
                default,
                pointers)
            : Device.Driver.LaunchKernel(
                function,
                (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ,
                (uint)shape.BlockX, (uint)shape.BlockY, (uint)shape.BlockZ,
                (uint)shape.SharedBytes,
                default,
                pointers,
                null);
    }

    public void Dispose()
    {
        Device.Dispose();
        Device.Cuda.ThrowIfAnyFinding();
    }
}
