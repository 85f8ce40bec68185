using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Sam.Native;

namespace Sam.Bench.Benchmarks;

/// <summary>The parts of a SAM step beside the gradients on 11 million weights: the norm, the perturbation, and the restore fused with
/// momentum's update; in GB/s beside a copy's.</summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public class SamPartBenchmarks
{
    private readonly PerturbGroup[] _perturbGroups = [new PerturbGroup(0.05f, 0, 0)];
    private readonly SgdMomentumRule[] _rules = [new SgdMomentumRule(new StepScalars(1e-6f, 5e-4f, 1), 0.9f, 1, 0, 0)];
    private Device? _device;
    private FlatModel? _model;
    private ArenaPlan? _plan;
    private StepRecord? _record;
    private DeviceMemory? _saved;
    private DeviceMemory? _momentum;

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    public static int[] ThreadCounts => Machine.ThreadCounts;

    [GlobalSetup]
    public void SetUp()
    {
        _device = Device.Cpu(new DeviceOptions { Threads = Threads });
        _model = new FlatModel(_device);
        Machine.MeasureCopy(_device, _model, Threads);
        _plan = new ArenaPlan(_model, [], new Sgd(1e-6f, 0.9f), Perturbation.Sam(), byTensor: false);
        _record = new StepRecord(_device, _model.Parameters.Count);
        long bytes = (long)_model.Layout.ArenaCount * sizeof(float);
        _saved = _device.Allocate(bytes, "saved weights");
        _momentum = _device.Allocate(bytes, "momentum");
        _device.Kernels.FillUniform(_model.Layout.ArenaCount, -1, 1, new RandomStream(1, 0, 0), _model.GradientMemory);
        _device.Kernels.Copy(_model.Layout.ArenaCount, _model.WeightMemory, _saved.Pointer<float>());
        Norm();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        Machine.MeasureCopy(_device!, _model!, Threads);
        _momentum?.Dispose();
        _saved?.Dispose();
        _record?.Dispose();
        _plan?.Dispose();
        _model?.Dispose();
        _device?.Dispose();
    }

    [Benchmark(Description = "norm")]
    public void Norm()
    {
        DevicePointer<float> gradient = _model!.GradientMemory, weights = _model.WeightMemory;
        _device!.Kernels.Measure(_plan!.Pieces, BallNorm.Two, 2, _perturbGroups, gradient, weights, _record!.Piece(0, StepRecord.Measured));
    }

    [Benchmark(Description = "perturb")]
    public void Perturb()
    {
        PerturbArguments arguments = new()
        {
            Norm = BallNorm.Two,
            P = 2,
            Direction = _model!.GradientMemory,
            Source = _model.WeightMemory,
            Weights = _model.WeightMemory,
            Saved = _saved!.Pointer<float>(),
            Measured = _record!.Piece(0, StepRecord.Measured),
        };
        _device!.Kernels.Perturb(_plan!.Pieces, arguments, _perturbGroups);
    }

    [Benchmark(Description = "restore+update")]
    public void RestoreAndUpdate()
    {
        UpdateArguments arguments = new()
        {
            Gradient = _model!.GradientMemory,
            Saved = _saved!.Pointer<float>(),
            Weights = _model.WeightMemory,
            Slot0 = _momentum!.Pointer<float>(),
        };
        _device!.Kernels.Update<SgdMomentumRule>(_plan!.Pieces, arguments, _rules);
    }

    [Benchmark(Description = "copy", Baseline = true)]
    public void Copy() => _device!.Kernels.Copy(_model!.Layout.ArenaCount, _model.GradientMemory, _saved!.Pointer<float>());

    // Reads and writes of 4 bytes: g; w, g, saved, w; saved, g, momentum, w, momentum; one array to another.
    private static double Bytes(BenchmarkCase one) => FlatModel.Count * one.Descriptor.WorkloadMethod.Name switch
    {
        nameof(Norm) => 4.0,
        nameof(Perturb) => 16,
        nameof(RestoreAndUpdate) => 20,
        _ => 8,
    };

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(FigureColumn.Rates("GB/s", "copy", Bytes, Machine.Copy));
    }
}
