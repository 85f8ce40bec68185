using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>An emulated device with its primary context current, and the calls that every test makes.</summary>
public sealed unsafe class TestDevice : IDisposable
{
    private readonly CudaDevice _device;

    public TestDevice(EmulatedCudaOptions? options = null)
    {
        Cuda = new EmulatedCuda(options);
        Ok(Driver.Init(0));
        CudaDevice device;
        Ok(Driver.DeviceGet(&device, 0));
        _device = device;
        CudaContext context;
        Ok(Driver.PrimaryContextRetain(&context, device));
        Ok(Driver.ContextSetCurrent(context));
        Context = context;
    }

    public EmulatedCuda Cuda { get; }

    public CudaDriverTable Driver => Cuda.Driver;

    public CudaContext Context { get; }

    public CudaDevice Device => _device;

    /// <summary>The reason of the last refusal.</summary>
    public string LastReason => Cuda.Refusals[^1].Reason;

    public void Ok(CudaResult result)
    {
        if (result == CudaResult.Success) return;
        string reasons = string.Join("; ", Cuda.Refusals.TakeLast(1).Select(refusal => refusal.ToString()));
        string findings = string.Join("; ", Cuda.Findings);
        throw new InvalidOperationException($"The driver answered {result}. {reasons} {findings}");
    }

    public nint Allocate(long byteCount)
    {
        nint address;
        Ok(Driver.MemoryAllocate(&address, (nuint)byteCount));
        return address;
    }

    public void Free(params ReadOnlySpan<nint> addresses)
    {
        foreach (nint address in addresses) Ok(Driver.MemoryFree(address));
    }

    public nint Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        nint address = Allocate(values.Length * sizeof(T));
        fixed (T* source = values) Ok(Driver.CopyHostToDevice(address, source, (nuint)(values.Length * sizeof(T))));
        return address;
    }

    public T[] Download<T>(nint address, int count)
        where T : unmanaged
    {
        T[] values = new T[count];
        fixed (T* target = values) Ok(Driver.CopyDeviceToHost(target, address, (nuint)(count * sizeof(T))));
        return values;
    }

    public CudaStream Stream(CudaStreamFlags flags = CudaStreamFlags.NonBlocking)
    {
        CudaStream stream;
        Ok(Driver.StreamCreate(&stream, flags));
        return stream;
    }

    public CudaEvent Event(CudaEventFlags flags = CudaEventFlags.Default)
    {
        CudaEvent created;
        Ok(Driver.EventCreate(&created, flags));
        return created;
    }

    public CudaModule Module(string ptx)
    {
        CudaModule module;
        fixed (byte* text = Encoding.UTF8.GetBytes(ptx + "\0")) Ok(Driver.ModuleLoadData(&module, text));
        return module;
    }

    public CudaResult TryLoad(ReadOnlySpan<byte> image)
    {
        CudaModule module;
        fixed (byte* bytes = image) return Driver.ModuleLoadData(&module, bytes);
    }

    public CudaFunction Function(CudaModule module, string name)
    {
        CudaFunction function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0")) Ok(Driver.ModuleGetFunction(&function, module, text));
        return function;
    }

    /// <summary>Launches along x with arguments of 8 bytes each (pointers, or scalars in their low bytes).</summary>
    public CudaResult TryLaunch(CudaFunction function, int blocks, int threads, CudaStream stream, params ReadOnlySpan<long> arguments)
    {
        long* values = stackalloc long[Math.Max(1, arguments.Length)];
        void** pointers = stackalloc void*[Math.Max(1, arguments.Length)];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i];
            pointers[i] = values + i;
        }

        return Driver.LaunchKernel(function, (uint)blocks, 1, 1, (uint)threads, 1, 1, 0, stream, pointers, null);
    }

    public void Launch(CudaFunction function, int blocks, int threads, params ReadOnlySpan<long> arguments) =>
        Ok(TryLaunch(function, blocks, threads, default, arguments));

    public static long Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    public void Dispose()
    {
        Driver.ContextSetCurrent(default);
        Driver.PrimaryContextRelease(_device);
        Cuda.Dispose();
    }
}
