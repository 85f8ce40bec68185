namespace Sam.Native;

/// <summary>Where models live and run: memory and the kernels that work on it.</summary>
/// <remarks>A device serves one caller at a time; several devices, and several models on one, can live in one process.
/// Dispose models and optimizers before their device.</remarks>
/// <example>
/// <code>
/// using var device = Device.Default();
/// Console.WriteLine(device.Name);
/// </code>
/// </example>
public abstract class Device : IDisposable
{
    private protected Device()
    {
    }

    /// <summary>What the device is, for people: the processor, the vector width, the number of threads.</summary>
    public abstract string Name { get; }

    /// <summary>The computations it offers.</summary>
    /// <remarks>For layers' forward and backward passes and for closures' own work between them. On a CUDA device the calls launch in the current context:
    /// passes make the device's current, and so may a program that calls kernels outside of them (the primary context, unless
    /// <see cref="Sam.Native.Cuda.CudaOptions.Context"/> names another).</remarks>
    public abstract DeviceKernels Kernels { get; }

    /// <summary>Whether its memory can be read and written through pointers and spans by the program itself.</summary>
    public abstract bool IsHostAccessible { get; }

    /// <summary>Bytes allocated at present through <see cref="Allocate"/>.</summary>
    public abstract long AllocatedBytes { get; }

    /// <summary>The best device there is: CUDA's first where driver, GPU and cuBLAS answer, else the CPU, with one thread for each core unless the
    /// options or SAM_THREADS say otherwise. Where there is no driver nothing is loaded, and nothing that is missing throws;
    /// <see cref="Cuda"/> says what it is.</summary>
    /// <param name="options">How to set the CPU up; null takes the defaults.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="FormatException">SAM_THREADS is not a number in range.</exception>
    /// <exception cref="Sam.Native.Cuda.CudaException">A GPU answers, and the driver then refused to set it up.</exception>
    /// <exception cref="OutOfMemoryException">A GPU answers, and has no memory left for cuBLAS.</exception>
    public static Device Default(DeviceOptions? options = null)
    {
        options ??= new DeviceOptions();
        options.ResolveThreads();
        return Sam.Native.Cuda.CudaLibraries.Probe().IsAvailable && Sam.Native.Cuda.CudaLibraries.Cublas.IsAvailable ? Cuda() : Cpu(options);
    }

    /// <summary>The CPU device: SIMD code in C#, no native library.</summary>
    /// <param name="options">How to set it up; null takes the defaults.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="FormatException">SAM_THREADS is not a number in range.</exception>
    public static Device Cpu(DeviceOptions? options = null) => new Cpu.CpuDevice(options ?? new DeviceOptions());

    /// <summary>A CUDA device: kernels compiled for it by NVRTC, or made ahead, and cuBLAS.</summary>
    /// <param name="options">Which device, and what of the program's own it shares; null takes the first device and the installed
    /// libraries.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="PlatformNotSupportedException">There is no driver, no device or no cuBLAS; the message says what was tried and what to
    /// install.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no device of that number.</exception>
    /// <exception cref="Sam.Native.Cuda.CudaException">The driver refused to set the device up.</exception>
    public static Device Cuda(Cuda.CudaOptions? options = null) => new Cuda.CudaAccelerator(options ?? new Cuda.CudaOptions());

    /// <summary>Allocates a block of zeros, aligned to 64 bytes.</summary>
    /// <param name="byteCount">Size in bytes, at least 0.</param>
    /// <param name="role">What it is for, in messages.</param>
    /// <returns>The block.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public abstract DeviceMemory Allocate(long byteCount, string role);

    /// <summary>Copies from the program's memory to the device's.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="source">Read.</param>
    /// <param name="destination">Overwritten from there on.</param>
    public abstract void Upload<T>(ReadOnlySpan<T> source, DevicePointer<T> destination)
        where T : unmanaged;

    /// <summary>Copies from the device's memory to the program's, after all work queued before.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="source">Read from there on.</param>
    /// <param name="destination">Overwritten.</param>
    public abstract void Download<T>(DevicePointer<T> source, Span<T> destination)
        where T : unmanaged;

    /// <summary>Waits until all work queued so far is done. The CPU device has none waiting.</summary>
    public abstract void Synchronize();

    /// <summary>Bytes that can still be allocated; null where that is not known.</summary>
    internal virtual long? FreeBytes => null;

    /// <summary>What notes the memory that is taken; null outside of set-ups.</summary>
    internal SetupScope? Setup { get; set; }

    /// <summary>Whether calls of kernels only renew the numbers of a graph that is about to be launched.</summary>
    internal virtual bool IsReplaying => false;

    /// <summary>Lets the calling thread work with the device until the scope ends: others wait, and a CUDA context is current meanwhile.
    /// Scopes may lie in each other. The CPU device needs none.</summary>
    internal virtual DeviceScope Enter() => default;

    /// <summary>Begins to take what an object needs, all or nothing.</summary>
    internal SetupScope BeginSetup() => Setup = new SetupScope(this, Setup);

    /// <summary>Ends a scope that <see cref="Enter"/> began.</summary>
    internal virtual void Leave()
    {
    }

    /// <summary>Allocates zeros that host and device both see, for devices whose memory the host does not.</summary>
    /// <param name="byteCount">Size in bytes.</param>
    /// <param name="role">What it is for, in messages.</param>
    internal virtual SharedMemory AllocateShared(long byteCount, string role) =>
        throw new NotSupportedException($"The memory of {Name} is the host's own.");

    /// <summary>Makes what steps of an optimizer are captured and replayed with; null on devices that call kernels as they come.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="state">The optimizer's state in the device's memory.</param>
    internal virtual StepGraphs? CreateStepGraphs(Model model, DevicePointer<StepState> state) => null;

    /// <summary>Waits until the device has written a number, or a larger one, to shared memory.</summary>
    /// <param name="number">Where, as the host sees it.</param>
    /// <param name="least">The number.</param>
    internal virtual unsafe void WaitUntil(long* number, long least)
    {
    }

    /// <summary>Stops the device's threads and gives its resources back. Calling it again does nothing.</summary>
    public abstract void Dispose();
}
