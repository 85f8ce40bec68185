using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sam.Native;

/// <summary>The CPU on one thread beside the device that is tested: arrays with the same numbers on both, calls on both.</summary>
internal sealed class SelfTestBench : IDisposable
{
    private const int Sides = 2;

    private readonly List<DeviceMemory> _memories = [];
    private int _compared;
    private double _worst;

    public SelfTestBench(Device device) => Devices = [Device.Cpu(new DeviceOptions { Threads = 1 }), device];

    /// <summary>The CPU, then the device under test.</summary>
    public Device[] Devices { get; }

    /// <summary>The same random numbers from -1 to 1 on both.</summary>
    public Array2<float> Random(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (2 * random.NextSingle()) - 1;
        return Put<float>(values);
    }

    /// <summary>The same values on both.</summary>
    public Array2<T> Put<T>(params T[] values)
        where T : unmanaged
    {
        DevicePointer<T>[] pointers = new DevicePointer<T>[Sides];
        for (int side = 0; side < Sides; side++)
        {
            DeviceMemory memory = Devices[side].Allocate((long)values.Length * Unsafe.SizeOf<T>(), "self-test");
            _memories.Add(memory);
            pointers[side] = memory.Pointer<T>();
            Devices[side].Upload<T>(values, pointers[side]);
        }

        return new Array2<T>(pointers, values.Length);
    }

    /// <summary>Runs a call on both.</summary>
    /// <param name="call">Takes the kernels and the side: 0 for the CPU, 1 for the device under test.</param>
    public void Run(Action<DeviceKernels, int> call)
    {
        for (int side = 0; side < Sides; side++)
        {
            using DeviceScope scope = Devices[side].Enter();
            call(Devices[side].Kernels, side);
        }
    }

    /// <summary>Compares an array.</summary>
    /// <param name="name">What to call it in the message.</param>
    /// <param name="array">The array.</param>
    /// <param name="tolerance">Largest difference allowed, over the largest magnitude on the CPU; 0 asks for the same numbers.</param>
    /// <exception cref="SelfTestException">They differ by more.</exception>
    public void Check<T>(string name, Array2<T> array, double tolerance)
        where T : unmanaged
    {
        T[][] values = new T[Sides][];
        for (int side = 0; side < Sides; side++)
        {
            values[side] = new T[array.Count];
            Devices[side].Download(array.At(side), values[side].AsSpan());
        }

        Check(name, [.. values[0].Select(Number)], [.. values[1].Select(Number)], tolerance);

        static double Number(T value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
    }

    /// <summary>Compares numbers.</summary>
    /// <param name="name">What to call them in the message.</param>
    /// <param name="expected">The CPU's.</param>
    /// <param name="actual">The device's.</param>
    /// <param name="tolerance">Largest difference allowed, over the largest magnitude expected.</param>
    /// <exception cref="SelfTestException">They differ by more.</exception>
    public void Check(string name, double[] expected, double[] actual, double tolerance)
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= tolerance * largest))
            {
                throw new SelfTestException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}, element {i} of {expected.Length}: the CPU has {expected[i]:R}, the device {actual[i]:R}; {tolerance:0.#e+0} of {largest:R} may be between them."));
            }

            _worst = largest == 0 ? _worst : Math.Max(_worst, difference / largest);
        }

        _compared += expected.Length;
    }

    /// <summary>What was compared.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_compared} numbers, {(_worst == 0 ? "the CPU's to the bit" : $"at most {_worst:0.0e+0} of the largest from the CPU's")}");

    public void Dispose()
    {
        foreach (DeviceMemory memory in _memories) memory.Dispose();
        Devices[0].Dispose();
    }

    /// <summary>An array on the CPU and one on the device.</summary>
    internal readonly struct Array2<T>(DevicePointer<T>[] pointers, int count)
        where T : unmanaged
    {
        public int Count { get; } = count;

        public DevicePointer<T> At(int side) => pointers[side];
    }
}
