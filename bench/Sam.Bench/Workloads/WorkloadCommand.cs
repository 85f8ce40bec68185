using System.Diagnostics;
using System.Globalization;
using Sam.Layers;
using Sam.Native;

namespace Sam.Bench;

/// <summary>The workloads of the TorchSharp peer, by the same names and with the same fields: one JSON line each.</summary>
internal static class WorkloadCommand
{
    public const string Usage = "workloads [--threads N] [--only NAME] [--reps N]";

    // A rate that leaves the weights, and so the work, as they are.
    private const float LearningRate = 1e-6f;
    private const float Rho = 0.05f;

    private static readonly (string Name, int Repetitions, Func<Device, ulong, Measurement> Make)[] Workloads =
    [
        ("gemm-512", 40, static (device, _) => new GemmMeasurement(device, 512, 512, 512)),
        ("gemm-1024", 15, static (device, _) => new GemmMeasurement(device, 1024, 1024, 1024)),
        ("gemm-128x256x784", 60, static (device, _) => new GemmMeasurement(device, 128, 256, 784)),
        ("mlp-tiny-b32", 400, static (device, seed) => Classifier(static (d, s) => new TinyMlp(d, 32, s), device, seed)),
        ("mlp-mnist-b128", 100, static (device, seed) => Classifier(static (d, s) => new MnistMlp(d, 128, s), device, seed)),
        ("lenet-mnist-b64", 60, static (device, seed) => Classifier(static (d, s) => new MnistLeNet(d, 64, s), device, seed)),
        ("resnet18-cifar-b32", 8, static (device, seed) => Classifier(static (d, s) => new ResNet18Cifar(d, 32, s), device, seed)),
        ("resnet18-seed-b1", 15, static (device, seed) => new StepMeasurement(static (d, s) => new SeedResNet18(d, 1, s), device, seed, classes: false)),
    ];

    public static int Run(string[] arguments)
    {
        int threads = 0;
        int repetitions = 0;
        string? only = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                case "--reps" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out repetitions) && repetitions > 0:
                    break;
                case "--only" when Array.Exists(Workloads, workload => workload.Name == value):
                    only = value;
                    break;
                default:
                    Console.Error.WriteLine($"'{arguments[i]} {value}' is not understood; usage: {Usage}, with N at least 1 and NAME one of {string.Join(", ", Workloads.Select(static w => w.Name))}.");
                    return 2;
            }
        }

        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        int used = threads > 0 ? threads : Environment.ProcessorCount;
        foreach ((string name, int ownRepetitions, Func<Device, ulong, Measurement> make) in Workloads)
        {
            if (only is null || only == name)
            {
                using Measurement measurement = make(device, 1);
                string fields = measurement.Run(repetitions > 0 ? repetitions : ownRepetitions);
                Console.WriteLine($"{{\"workload\":\"{name}\",\"threads\":{used},{fields}}}");
            }
        }

        return 0;
    }

    private static Measurement Classifier(Func<Device, ulong, Model> make, Device device, ulong seed) => new StepMeasurement(make, device, seed, classes: true);

    /// <summary>One workload, set up.</summary>
    internal abstract class Measurement : IDisposable
    {
        public abstract string Run(int repetitions);

        public abstract void Dispose();
    }

    private sealed class GemmMeasurement(Device device, int m, int n, int k) : Measurement
    {
        private readonly DeviceMemory _a = Random(device, m * k);
        private readonly DeviceMemory _b = Random(device, k * n);
        private readonly DeviceMemory _c = device.Allocate((long)m * n * sizeof(float), "product");

        public override string Run(int repetitions)
        {
            double milliseconds = Clock.Medians(repetitions, Multiply)[0];
            return string.Create(CultureInfo.InvariantCulture, $"\"ms\":{milliseconds:F4},\"gflops\":{2e-6 * m * n * k / milliseconds:F1}");
        }

        public override void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
            _c.Dispose();
        }

        // The gradient of a linear layer by its input is the plain product of two row-major matrices.
        private void Multiply() => device.Kernels.LinearBackwardInput(m, n, k, _a.Pointer<float>(), _b.Pointer<float>(), _c.Pointer<float>(), default);

        private static DeviceMemory Random(Device device, int count)
        {
            DeviceMemory memory = device.Allocate((long)count * sizeof(float), "factor");
            device.Kernels.FillUniform(count, -1, 1, new RandomStream(1, 0, (uint)count), memory.Pointer<float>());
            return memory;
        }
    }

    /// <summary>A plain step, a SAM step and SAM's own parameter work on one model, alternating.</summary>
    private sealed class StepMeasurement : Measurement
    {
        private readonly Model _model;
        private readonly SamOptimizer _sgd;
        private readonly SamOptimizer _sam;
        private readonly float[] _input;
        private readonly int[] _labels;

        public StepMeasurement(Func<Device, ulong, Model> make, Device device, ulong seed, bool classes)
        {
            _model = make(device, seed);
            _sgd = new SamOptimizer(_model, Base(), Perturbation.None);
            _sam = new SamOptimizer(_model, Base(), Perturbation.Sam(Rho));
            Random random = new(1);
            _input = new float[_model.BatchSize * _model.InputShape.Count];
            foreach (ref float value in _input.AsSpan())
            {
                value = (random.NextSingle() * 2) - 1;
            }

            _labels = classes ? [.. Enumerable.Range(0, _model.BatchSize).Select(_ => random.Next(_model.OutputShape.Count))] : [];
        }

        public override string Run(int repetitions)
        {
            SgdStep();
            double[] times = Clock.Medians(repetitions, SgdStep, SamStep, OwnWork);
            long before = GC.GetAllocatedBytesForCurrentThread();
            SamStep();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            long parameters = 0;
            foreach (Parameter parameter in _model.Parameters)
            {
                parameters += parameter.Count;
            }

            return string.Create(
                CultureInfo.InvariantCulture,
                $"\"parameters\":{parameters},\"sgd_ms\":{times[0]:F4},\"sam_ms\":{times[1]:F4},\"sam_own_ms\":{times[2]:F4},\"sam_over_sgd\":{times[1] / times[0]:F3},\"allocated_bytes\":{allocated},\"peak_bytes\":{Process.GetCurrentProcess().PeakWorkingSet64}");
        }

        public override void Dispose()
        {
            _sam.Dispose();
            _sgd.Dispose();
            _model.Dispose();
        }

        private static Sgd Base() => new(LearningRate, momentum: 0.9f, weightDecay: 5e-4f);

        private void SgdStep() => Step(_sgd);

        private void SamStep() => Step(_sam);

        private void Step(SamOptimizer optimizer)
        {
            if (_labels.Length > 0)
            {
                optimizer.Step(_input, _labels);
            }
            else
            {
                optimizer.Step(_input, Loss.Sum);
            }
        }

        // Norm, perturbation and restore, as the peer's sam_own_ms counts them.
        private void OwnWork()
        {
            _sam.RunOwnWork();
        }
    }
}
