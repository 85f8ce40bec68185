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
    public abstract DeviceKernels Kernels { get; }

    /// <summary>Whether its memory can be read and written through pointers and spans by the program itself.</summary>
    public abstract bool IsHostAccessible { get; }

    /// <summary>Bytes allocated at present through <see cref="Allocate"/>.</summary>
    public abstract long AllocatedBytes { get; }

    /// <summary>The best device there is: the CPU, with one thread for each core unless the options or SAM_THREADS say otherwise.</summary>
    /// <param name="options">How to set it up; null takes the defaults.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="FormatException">SAM_THREADS is not a number in range.</exception>
    public static Device Default(DeviceOptions? options = null) => Cpu(options);

    /// <summary>The CPU device: SIMD code in C#, no native library.</summary>
    /// <param name="options">How to set it up; null takes the defaults.</param>
    /// <returns>The device; dispose it after the models on it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="FormatException">SAM_THREADS is not a number in range.</exception>
    public static Device Cpu(DeviceOptions? options = null) => new Cpu.CpuDevice(options ?? new DeviceOptions());

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

    /// <summary>Stops the device's threads and gives its resources back. Calling it again does nothing.</summary>
    public abstract void Dispose();
}
