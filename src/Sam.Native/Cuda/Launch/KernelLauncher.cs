using System.Text;

namespace Sam.Native.Cuda;

/// <summary>What generated kernel bindings launch with: the driver, the modules, and the stream of the next launches.</summary>
/// <param name="driver">The driver's functions, of a GPU or of an emulator.</param>
/// <param name="modules">Where kernels come from.</param>
/// <param name="stream">The stream to launch in; the default stream unless given.</param>
/// <remarks>A launch allocates nothing. Not thread-safe: give each thread its own, over the same modules.</remarks>
public sealed unsafe class KernelLauncher(CudaDriverTable driver, IKernelModules modules, CudaStream stream = default)
{
    /// <summary>The driver's functions.</summary>
    public CudaDriverTable Driver { get; } = driver;

    /// <summary>Where kernels come from.</summary>
    public IKernelModules Modules { get; } = modules;

    /// <summary>The stream of the next launches.</summary>
    public CudaStream Stream { get; set; } = stream;

    /// <summary>Waits after each launch, so that a fault is reported by the launch that made it. For finding mistakes; slow.</summary>
    public bool SynchronizesEachLaunch { get; set; }

    /// <summary>Launches nothing: the calls of a step that a graph replays.</summary>
    internal bool IsSuppressed { get; set; }

    /// <summary>Finds a kernel of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="name">The kernel's name.</param>
    /// <returns>The kernel.</returns>
    /// <exception cref="CudaException">The module has no such kernel.</exception>
    public CudaFunction Find(CudaModule module, string name)
    {
        CudaFunction function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
        {
            CudaResult result = Driver.ModuleGetFunction(&function, module, text);
            if (result != CudaResult.Success) throw CudaException.Of(Driver, result, "cuModuleGetFunction", "", name);
        }

        return function;
    }

    /// <summary>Launches a kernel in <see cref="Stream"/>.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="name">Its name, for the exception.</param>
    /// <param name="shape">Blocks, threads and shared memory.</param>
    /// <param name="arguments">A pointer to each argument, in the kernel's order; read before the call returns. Null for a kernel without
    /// any.</param>
    /// <exception cref="CudaException">The driver refuses the launch, or reports an older fault.</exception>
    public void Launch(CudaFunction function, string name, in LaunchShape shape, void** arguments)
    {
        if (IsSuppressed) return;
        CudaResult result = shape.IsCooperative
            ? Driver.LaunchCooperativeKernel(
                function,
                (uint)shape.GridX,
                (uint)shape.GridY,
                (uint)shape.GridZ,
                (uint)shape.BlockX,
                (uint)shape.BlockY,
                (uint)shape.BlockZ,
                (uint)shape.SharedBytes,
                Stream,
                arguments)
            : Driver.LaunchKernel(
                function,
                (uint)shape.GridX,
                (uint)shape.GridY,
                (uint)shape.GridZ,
                (uint)shape.BlockX,
                (uint)shape.BlockY,
                (uint)shape.BlockZ,
                (uint)shape.SharedBytes,
                Stream,
                arguments,
                null);
        if (result == CudaResult.Success && SynchronizesEachLaunch) result = Driver.StreamSynchronize(Stream);
        if (result != CudaResult.Success) Throw(result, name, shape);
    }

    private void Throw(CudaResult result, string name, in LaunchShape shape) =>
        throw CudaException.Of(Driver, result, shape.IsCooperative ? "cuLaunchCooperativeKernel" : "cuLaunchKernel", "", name, shape);
}
