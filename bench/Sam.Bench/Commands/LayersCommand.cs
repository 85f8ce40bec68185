using System.Diagnostics;
using System.Globalization;
using Sam.Layers;
using Sam.Native;

namespace Sam.Bench.Commands;

/// <summary>A roofline table: each convolution of a model, and the batch normalisation of each shape, in each direction beside what the
/// machine can do.</summary>
internal static class LayersCommand
{
    public const string Usage =
        "layers [--threads N] [--model resnet18-cifar|resnet18-seed|lenet-mnist] [--batch N] [--reps N] [--only TEXT]";

    private const double LeastSeconds = 0.2;

    private static readonly BatchNormSettings s_settings = new(Activation: Activation.Relu);

    public static int Run(string[] arguments)
    {
        int threads = Environment.ProcessorCount, repetitions = 20, given = 0;
        string name = "resnet18-cifar", only = "";
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                case "--reps" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out repetitions) && repetitions > 0:
                    break;
                case "--batch" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out given) && given > 0:
                    break;
                case "--model" when value is "resnet18-cifar" or "resnet18-seed" or "lenet-mnist":
                    name = value;
                    break;
                case "--only" when value is not null:
                    only = value;
                    break;
                default:
                    Console.Error.WriteLine($"'{arguments[i]} {value}' is not understood; usage: {Usage}, with N at least 1.");
                    return 2;
            }
        }

        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        int batch = given > 0 ? given : name switch { "resnet18-cifar" => 32, "resnet18-seed" => 1, _ => 64 };
        using Model model = name switch
        {
            "resnet18-cifar" => new ResNet18Cifar(device, 1),
            "resnet18-seed" => new SeedResNet18(device, 1),
            _ => new MnistLeNet(device, 1),
        };
        double peak = MachinePeak.GflopsPerCore() * threads, copy = MachinePeak.CopyGigabytesPerSecond(threads);
        Write($"{name}, batch {batch}, {threads} threads: peak {peak:F0} GFLOP/s, copy {copy:F1} GB/s.");
        Write($"Times are the best of {repetitions}, and of {LeastSeconds} seconds at least; operations are those of direct convolution.");
        Write($"{"layer",-34} {"direction",-18} {"ms",9} {"GFLOP/s",9} {"of peak",8} {"MB",8} {"GB/s",7} {"of copy",8}");
        bool normalized = model.Layout.Buffers.Length > 0;
        HashSet<(int Channels, int Height, int Width)> seen = [];
        foreach (Conv2dShape shape in model.Layout.Convolutions)
        {
            using Measured measured = new(device, shape, batch, repetitions, only, peak, copy);
            measured.Convolution(isFirst: shape == model.Layout.Convolutions[0]);
            if (normalized && seen.Add((shape.OutChannels, shape.OutHeight, shape.OutWidth)))
            {
                measured.Normalization();
            }
        }

        return 0;
    }

    private static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The memory of one convolution and of the normalisation of its output.</summary>
    private sealed class Measured(Device device, Conv2dShape shape, int batch, int repetitions, string only, double peak, double copy) : IDisposable
    {
        private readonly List<DeviceMemory> _memory = [];
        private readonly DeviceKernels _kernels = device.Kernels;

        // A step never asks for the gradient of a model's input.
        public void Convolution(bool isFirst)
        {
            DevicePointer<float> x = New((long)batch * shape.InCount), y = New((long)batch * shape.OutCount), w = New(shape.WeightCount);
            _kernels.PrepareConv2d(shape, batch);
            double operations = 2.0 * batch * shape.OutHeight * shape.OutWidth * shape.WeightCount;
            double bytes = 4.0 * (((double)batch * (shape.InCount + shape.OutCount)) + shape.WeightCount);
            string layer = string.Create(
                CultureInfo.InvariantCulture,
                $"conv {shape.InChannels}-{shape.OutChannels} {shape.KernelHeight}x{shape.KernelWidth}/{shape.StrideHeight} {shape.InHeight}x{shape.InWidth}");
            Row(layer, "forward", () => _kernels.Conv2dForward(shape, batch, x, w, default, y, Activation.None), operations, bytes);
            if (!isFirst)
            {
                Row(layer, "data gradient", () => _kernels.Conv2dBackwardInput(shape, batch, y, w, x, default, false), operations, bytes);
            }

            Row(layer, "weight gradient", () => _kernels.Conv2dBackwardWeight(shape, batch, x, y, w, default, accumulate: false), operations, bytes);
        }

        public void Normalization()
        {
            int channels = shape.OutChannels, size = shape.OutHeight * shape.OutWidth;
            long count = (long)batch * shape.OutCount;
            DevicePointer<float> x = New(count), y = New(count), dy = New(count), dx = New(count), shortcut = New(count), small = New(8L * channels);
            RunningStatistics running = new(small, small + channels, default);
            DevicePointer<float> gamma = small + (2 * channels), beta = small + (3 * channels), mean = small + (4 * channels), inverse = small + (5 * channels);
            DevicePointer<float> dgamma = small + (6 * channels), dbeta = small + (7 * channels);
            _kernels.Fill(channels, 1, gamma);
            string layer = string.Create(CultureInfo.InvariantCulture, $"bn+relu {channels} {shape.OutHeight}x{shape.OutWidth}");

            // Each tensor is counted once: what a second pass reads again should come from a cache.
            Row(layer, "forward", () => _kernels.BatchNormForward(s_settings, batch, channels, size, x, gamma, beta, default, running, y, mean, inverse), 0, 8.0 * count);
            Row(
                layer,
                "backward",
                () => _kernels.BatchNormBackward(s_settings, batch, channels, size, x, gamma, beta, default, dy, mean, inverse, default, dx, dgamma, dbeta, default, false),
                0,
                12.0 * count);
            Row(
                layer,
                "forward, shortcut",
                () => _kernels.BatchNormForward(s_settings, batch, channels, size, x, gamma, beta, shortcut, running, y, mean, inverse),
                0,
                12.0 * count);
            Row(
                layer,
                "backward, shortcut",
                () => _kernels.BatchNormBackward(s_settings, batch, channels, size, x, gamma, beta, y, dy, mean, inverse, default, dx, dgamma, dbeta, shortcut, false),
                0,
                20.0 * count);
        }

        public void Dispose() => _memory.ForEach(static m => m.Dispose());

        private void Row(string layer, string direction, Action body, double operations, double bytes)
        {
            if (!layer.Contains(only, StringComparison.Ordinal))
            {
                return;
            }

            double seconds = Best(body);
            string gflops = operations > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{operations / seconds / 1e9,9:F1} {operations / seconds / 1e7 / peak,7:F0}%")
                : new string(' ', 18);
            Write($"{layer,-34} {direction,-18} {seconds * 1e3,9:F3} {gflops} {bytes / 1e6,8:F2} {bytes / seconds / 1e9,7:F1} {bytes / seconds / 1e7 / copy,7:F0}%");
        }

        private double Best(Action body)
        {
            double best = double.MaxValue;
            long begin = Stopwatch.GetTimestamp();

            // Short calls are compiled to their best only after many.
            for (int i = 0; i < repetitions || Stopwatch.GetElapsedTime(begin).TotalSeconds < LeastSeconds; i++)
            {
                long start = Stopwatch.GetTimestamp();
                body();
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return best;
        }

        private DevicePointer<float> New(long count)
        {
            DeviceMemory memory = device.Allocate(count * sizeof(float), "layer");
            _memory.Add(memory);
            _kernels.FillUniform(count, -1, 1, new RandomStream(1, 0, (uint)_memory.Count), memory.Pointer<float>());
            return memory.Pointer<float>();
        }
    }
}
