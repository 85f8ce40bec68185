using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>The CPU and a CUDA device side by side: one call of the kernel contract runs on both, on the same numbers.</summary>
public sealed class TwoDevices : IDisposable
{
    private readonly List<DeviceMemory> _memories = [];

    public CudaSession Session { get; } = new();

    public Device Cpu { get; } = Device.Cpu(new DeviceOptions { Threads = 1 });

    /// <summary>The same values on both.</summary>
    public Pair<T> Put<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Pair<T> pair = Room<T>(values.Length);
        Cpu.Upload(values, pair.OnCpu);
        Session.Device.Upload(values, pair.OnCuda);
        return pair;
    }

    /// <summary>Normal random numbers with a fixed seed on both.</summary>
    public Pair<float> Random(int count, int seed, float scale = 1)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return Put<float>(values);
    }

    /// <summary>Elements that a kernel is to write; they start as NaN-like garbage so that what is left unwritten shows.</summary>
    public Pair<float> Output(int count)
    {
        float[] garbage = new float[count];
        Array.Fill(garbage, -12345.678f);
        return Put<float>(garbage);
    }

    public Pair<T> Room<T>(int count)
        where T : unmanaged
    {
        unsafe
        {
            DeviceMemory cpu = Cpu.Allocate((long)count * sizeof(T), "test"), cuda = Session.Device.Allocate((long)count * sizeof(T), "test");
            _memories.Add(cpu);
            _memories.Add(cuda);
            return new Pair<T>(this, cpu.Pointer<T>(), cuda.Pointer<T>(), count);
        }
    }

    /// <summary>Runs a call on both devices.</summary>
    public void Run(Action<DeviceKernels, Side> call)
    {
        call(Cpu.Kernels, new Side(IsCuda: false));
        using DeviceScope scope = Session.Device.Enter();
        call(Session.Kernels, new Side(IsCuda: true));
    }

    public void Dispose()
    {
        foreach (DeviceMemory memory in _memories) memory.Dispose();
        Session.Dispose();
        Cpu.Dispose();
    }
}

/// <summary>Which device a call runs on.</summary>
public readonly record struct Side(bool IsCuda)
{
    /// <summary>The address on that device; null of no pair.</summary>
    public DevicePointer<T> At<T>(Pair<T>? pair)
        where T : unmanaged => pair is null ? default : IsCuda ? pair.OnCuda : pair.OnCpu;
}

/// <summary>An array on the CPU and one on a CUDA device.</summary>
public sealed record Pair<T>(TwoDevices Devices, DevicePointer<T> OnCpu, DevicePointer<T> OnCuda, int Count)
    where T : unmanaged
{
    public T[] Cpu()
    {
        T[] values = new T[Count];
        Devices.Cpu.Download(OnCpu, values.AsSpan());
        return values;
    }

    public T[] Cuda()
    {
        T[] values = new T[Count];
        Devices.Session.Device.Download(OnCuda, values.AsSpan());
        return values;
    }

    /// <summary>Asserts that both hold the same within a tolerance relative to the largest magnitude on the CPU, and the same bits for 0.</summary>
    public void AssertClose(double tolerance)
    {
        T[] expected = Cpu(), actual = Cuda();
        double largest = expected.Select(value => Convert.ToDouble(value, null)).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < Count; i++)
        {
            double e = Convert.ToDouble(expected[i], null), a = Convert.ToDouble(actual[i], null);
            bool same = tolerance == 0 ? e.Equals(a) : e.Equals(a) || Math.Abs(e - a) <= tolerance * largest;
            Assert.True(same, $"Element {i} of {Count}: the CPU has {e:R}, CUDA {a:R}; the largest is {largest:R}, tolerance {tolerance}.");
        }
    }
}
