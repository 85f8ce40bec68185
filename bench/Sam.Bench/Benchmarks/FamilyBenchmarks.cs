using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Sam.Native;

namespace Sam.Bench.Benchmarks;

/// <summary>What a step of each variant does beside the gradients on 11 million weights, in GB/s beside a copy's.</summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public class FamilyBenchmarks
{
    private readonly float[] _input = [1];
    private Device? _device;
    private FlatModel? _model;
    private SamOptimizer? _optimizer;

    [ParamsSource(nameof(Variants))]
    public string Variant { get; set; } = "";

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    public static IEnumerable<string> Variants => FamilyCase.All.Select(static one => one.Name);

    public static int[] ThreadCounts => Machine.ThreadCounts;

    [GlobalSetup]
    public void SetUp()
    {
        _device = Device.Cpu(new DeviceOptions { Threads = Threads });
        _model = new FlatModel(_device);
        Machine.MeasureCopy(_device, _model, Threads);
        _device.Kernels.FillUniform(_model.Layout.ArenaCount, -1, 1, new RandomStream(1, 0, 0), _model.GradientMemory);
        _optimizer = Find(Variant).Make(_model);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        Machine.MeasureCopy(_device!, _model!, Threads);
        _optimizer?.Dispose();
        _model?.Dispose();
        _device?.Dispose();
    }

    [Benchmark(Description = "own work")]
    public void Step() => _optimizer!.Step(_input, Loss.Sum);

    private static FamilyCase Find(string name) => FamilyCase.All.First(one => one.Name == name);

    private static double Bytes(BenchmarkCase one) => Find((string)one.Parameters[nameof(Variant)]).Bytes * (double)FlatModel.Count;

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(FigureColumn.Rates("GB/s", "copy", Bytes, Machine.Copy));
    }
}
