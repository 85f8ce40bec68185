using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>The life of a device, a model and an optimizer in parts, each of which can be made again where it failed.</summary>
internal sealed class FaultScenario : IDisposable
{
    public const string Setup = "set-up", End = "end";

    private const int Batch = 4;
    private static readonly float[] s_input = [.. Enumerable.Range(0, Batch * 20).Select(static i => (float)Math.Sin(i))];
    private static readonly int[] s_labels = [0, 4, 2, 1];

    private readonly string _file = Path.Combine(CudaSession.RunFolder, $"{Guid.NewGuid():N}.safetensors");
    private DeviceMemory? _batch;
    private SmallMlp? _model;
    private SamOptimizer? _sam;
    private StepResult _result;
    private bool _isWaiting;

    // Work as late as a device may do it, so that waits are real.
    public FaultScenario(bool hasPools) => Cuda = new EmulatedCuda(new EmulatedCudaOptions
    {
        Checks = CheckSet.Uninitialised,
        DefersWork = true,
        Devices = [new EmulatedDeviceOptions { HasMemoryPools = hasPools }],
    });

    /// <summary>The parts, in order.</summary>
    public static IReadOnlyList<(string Name, Action<FaultScenario> Run)> Parts { get; } =
    [
        (Setup, static s => s.SetUp()),
        ("first step", static s => s.Step()),
        ("capture", static s => s.Step()),
        ("replay", static s => s.Step()),
        ("another replay", static s => s.Step()),
        ("step and its result", static s =>
        {
            // Where the step was made and its result could not be had, it is asked for again.
            if (!s._isWaiting) s.Step();
            s._isWaiting = true;
            Assert.True(float.IsFinite(s._result.Loss));
            s._isWaiting = false;
        }),
        ("step on the device's memory", static s => s._result = s._sam!.Step(s.Input, s.Labels, Batch)),
        ("smaller batch", static s => s._result = s._sam!.Step(s_input.AsSpan(0, 40), s_labels.AsSpan(0, 2))),
        ("closure", static s => s.Closure()),
        ("halves", static s => s.Halves()),
        ("prediction", static s => Assert.Equal(Batch * 5, s._model!.Predict(s_input).Length)),
        ("save", static s => s._sam!.Save(s._file)),
        ("load", static s => s._sam!.Load(s._file)),
        ("step after load", static s => s.Step()),
        (End, static s => s.GiveBack()),
    ];

    public EmulatedCuda Cuda { get; }

    /// <summary>A digest of the weights; empty where there is no model.</summary>
    public string Weights => _model is null || _model.IsDisposed ? "" : HostCopies.Hash(_model);

    public ulong StepNumber => _model?.StepNumber ?? 0;

    public long Updates => _sam?.BaseOptimizer.UpdateCount ?? 0;

    private DevicePointer<float> Input => _batch!.Pointer<float>();

    private DevicePointer<int> Labels => (Input + s_input.Length).Cast<int>();

    public void GiveBack()
    {
        _sam?.Dispose();
        _model?.Dispose();
        _batch?.Dispose();
        Device?.Dispose();
    }

    public void Dispose()
    {
        Cuda.Faults.Clear();
        GiveBack();
        Cuda.Dispose();
        File.Delete(_file);
    }

    /// <summary>The device; null before it is set up.</summary>
    public Device? Device { get; private set; }

    private void SetUp()
    {
        GiveBack();
        Device = Native.Device.Cuda(new CudaOptions { Driver = Cuda.Driver, Cublas = Cuda.Cublas, CacheFolder = CudaSession.RunFolder });
        _batch = Device.Allocate((s_input.Length + s_labels.Length) * sizeof(float), "batch");
        Device.Upload<float>(s_input, Input);
        Device.Upload<int>(s_labels, Labels);
        _model = new SmallMlp(Device, Batch, 3);
        _sam = new SamOptimizer(_model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f), new SamOptions { LearningRate = Schedule.Cosine(0.1f, 0, 20) });
    }

    private void Step() => _result = _sam!.Step(s_input, s_labels);

    private void Closure() => _result = _sam!.Step(() =>
    {
        _model!.Forward(s_input);
        return _model.Backward(Loss.CrossEntropy(s_labels));
    });

    private void Halves()
    {
        _model!.Forward(s_input);
        _model.Backward(Loss.CrossEntropy(s_labels));
        _sam!.FirstStep();
        try
        {
            _model.Forward(s_input);
            _model.Backward(Loss.CrossEntropy(s_labels));
        }
        catch (CudaException)
        {
            // What a program does that gives the step up: without a second gradient it is skipped, and the weights are restored. Where the loss
            // alone could not be read, the gradient is there.
            ulong step = _model.StepNumber;
            if (_sam.SecondStep().Skipped) _model.StepNumber = step;
            throw;
        }

        try
        {
            _result = _sam.SecondStep();
        }
        catch (CudaException)
        {
            // A step that could not even begin its second half is still open.
            if (_model.HasMovedWeights) _result = _sam.SecondStep();
            throw;
        }
    }
}
