using System.Diagnostics;
using System.Globalization;
using Sam.Native;

namespace Sam.Bench;

/// <summary>The workloads of the TorchSharp peer, by the same names and with the same fields: one JSON line each.</summary>
internal static class WorkloadCommand
{
    public const string Usage = "workloads [--threads N] [--only NAME] [--reps N]";

    private static readonly (string Name, int Repetitions, Func<Device, ulong, Measurement> Make)[] Workloads =
    [
        ("gemm-512", 40, static (device, _) => new GemmMeasurement(device, 512, 512, 512)),
        ("gemm-1024", 15, static (device, _) => new GemmMeasurement(device, 1024, 1024, 1024)),
        ("gemm-128x256x784", 60, static (device, _) => new GemmMeasurement(device, 128, 256, 784)),
        ("mlp-tiny-b32", 400, static (device, seed) => new StepMeasurement("mlp-tiny-b32", device, seed)),
        ("mlp-mnist-b128", 100, static (device, seed) => new StepMeasurement("mlp-mnist-b128", device, seed)),
        ("lenet-mnist-b64", 60, static (device, seed) => new StepMeasurement("lenet-mnist-b64", device, seed)),
        ("resnet18-cifar-b32", 8, static (device, seed) => new StepMeasurement("resnet18-cifar-b32", device, seed)),
        ("resnet18-seed-b1", 15, static (device, seed) => new StepMeasurement("resnet18-seed-b1", device, seed)),
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

        if (only is null)
        {
            return RunEach(arguments);
        }

        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        int used = threads > 0 ? threads : Environment.ProcessorCount;
        (string name, int ownRepetitions, Func<Device, ulong, Measurement> make) = Array.Find(Workloads, workload => workload.Name == only);
        using Measurement measurement = make(device, 1);
        string fields = measurement.Run(repetitions > 0 ? repetitions : ownRepetitions);
        Console.WriteLine($"{{\"workload\":\"{name}\",\"threads\":{used},{fields}}}");
        return 0;
    }

    // A process for each: the peak of a process never falls, so that of one workload would be the next one's too.
    private static int RunEach(string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        foreach ((string name, _, _) in Workloads)
        {
            string[] command = [.. isHost ? [typeof(WorkloadCommand).Assembly.Location] : Array.Empty<string>(), "workloads", .. arguments, "--only", name];
            using Process process = Process.Start(program, command);
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                return process.ExitCode;
            }
        }

        return 0;
    }

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
        private readonly StepWorkload _workload;
        private readonly SamOptimizer _sgd;
        private readonly SamOptimizer _sam;
        private readonly long _peak;

        public StepMeasurement(string name, Device device, ulong seed)
        {
            _workload = StepWorkload.Make(name, device, seed);
            _sam = _workload.Optimizer(Perturbation.Sam(StepWorkload.Rho));

            // What a program that trains with SAM holds, before the plain optimizer that it is compared with has a momentum of its own.
            SamStep();
            SamStep();
            _peak = Process.GetCurrentProcess().PeakWorkingSet64;
            _sgd = _workload.Optimizer(Perturbation.None);
        }

        public override string Run(int repetitions)
        {
            SgdStep();
            double[] times = Clock.Medians(repetitions, SgdStep, SamStep, OwnWork);
            long before = GC.GetAllocatedBytesForCurrentThread();
            SamStep();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            long parameters = 0;
            foreach (Parameter parameter in _workload.Model.Parameters)
            {
                parameters += parameter.Count;
            }

            return string.Create(
                CultureInfo.InvariantCulture,
                $"\"parameters\":{parameters},\"sgd_ms\":{times[0]:F4},\"sam_ms\":{times[1]:F4},\"sam_own_ms\":{times[2]:F4},\"sam_over_sgd\":{times[1] / times[0]:F3},\"allocated_bytes\":{allocated},\"peak_bytes\":{_peak}");
        }

        public override void Dispose()
        {
            _sam.Dispose();
            _sgd.Dispose();
            _workload.Dispose();
        }

        private void SgdStep() => _workload.Step(_sgd);

        private void SamStep() => _workload.Step(_sam);

        // Norm, perturbation and restore, as the peer's sam_own_ms counts them.
        private void OwnWork()
        {
            _sam.RunOwnWork();
        }
    }
}
