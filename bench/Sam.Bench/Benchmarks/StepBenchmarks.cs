using BenchmarkDotNet.Attributes;
using Sam.Native;

namespace Sam.Bench.Benchmarks;

/// <summary>Whole steps of the workloads, SGD's and SAM's, on all cores.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private Device? _device;
    private StepWorkload? _workload;
    private SamOptimizer? _sgd;
    private SamOptimizer? _sam;

    [ParamsSource(nameof(Names))]
    public string Workload { get; set; } = "";

    public static IEnumerable<string> Names => StepWorkload.Names;

    [GlobalSetup]
    public void SetUp()
    {
        _device = Device.Cpu();
        _workload = StepWorkload.Make(Workload, _device, 1);
        _sgd = _workload.Optimizer(Perturbation.None);
        _sam = _workload.Optimizer(Perturbation.Sam(StepWorkload.Rho));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _sam?.Dispose();
        _sgd?.Dispose();
        _workload?.Dispose();
        _device?.Dispose();
    }

    [Benchmark(Description = "SGD step", Baseline = true)]
    public void Sgd() => _workload!.Step(_sgd!);

    [Benchmark(Description = "SAM step")]
    public void Sam() => _workload!.Step(_sam!);
}
