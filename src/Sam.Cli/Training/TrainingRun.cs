using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sam.Cli.Data;
using Sam.Cli.Devices;
using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>One model on its way through its epochs.</summary>
/// <remarks>Steps allocate nothing: buffers are made here, the order is shuffled in place, and the display reads <see cref="Progress"/> by
/// itself.</remarks>
internal sealed class TrainingRun : IDisposable
{
    // The first steps compile code and fill static tables; what they allocate is not the steps' own.
    private const int WarmupSteps = 3;
    private const string NoteKey = "sam.cli";

    private readonly RunSettings _settings;
    private readonly Model _model;
    private readonly SamOptimizer _optimizer;
    private readonly Batch _batch;
    private readonly LateResults _results;
    private readonly float[] _outputs;
    private ImageSet _train = null!;
    private ImageSet _test = null!;
    private int[] _labels = null!;
    private int[] _order = null!;
    private LearningRateSchedule _schedule = null!;
    private Schedule? _rho;
    private ulong _imageKey;
    private int _step;
    private int _ownSteps;
    private int _countedSteps;
    private long _allocatedBytes;

    /// <summary>Makes model, optimizer and buffers.</summary>
    /// <param name="device">Where the model lives.</param>
    /// <param name="settings">What to train and how.</param>
    public TrainingRun(Device device, RunSettings settings)
    {
        _settings = settings;
        _model = Factory.Model(device, settings);
        try
        {
            _optimizer = Factory.Optimizer(_model, settings);
        }
        catch
        {
            _model.Dispose();
            throw;
        }

        _batch = new Batch(settings.Batch, _model.InputShape.Count);
        _results = new LateResults(device);
        _outputs = new float[settings.Batch * _model.OutputShape.Count];
    }

    /// <summary>How far the run is; there once the data are.</summary>
    public RunProgress Progress { get; private set; } = null!;

    /// <summary>Elements of the model's parameters.</summary>
    public int ParameterCount
    {
        get
        {
            int count = 0;
            foreach (Parameter parameter in _model.Parameters)
            {
                count += parameter.Count;
            }

            return count;
        }
    }

    /// <summary>Updates that are in the average of the weights; 0 without one.</summary>
    public long AveragedUpdates => _optimizer.AveragedUpdates;

    /// <summary>Steps that changed nothing because a gradient was not finite.</summary>
    public int SkippedSteps { get; private set; }

    private int StepsPerEpoch => (_labels.Length + _settings.Batch - 1) / _settings.Batch;

    /// <summary>Managed bytes that the training thread allocated per step, loading the batch included; NaN before any step.</summary>
    public double AllocatedBytesPerStep => (double)_allocatedBytes / _countedSteps;

    /// <summary>Gives the run its data.</summary>
    /// <param name="train">The training images.</param>
    /// <param name="labels">The labels to train on, for the first images of the set; as many as are trained on.</param>
    /// <param name="test">The test set.</param>
    public void Attach(ImageSet train, int[] labels, ImageSet test)
    {
        _train = train;
        _test = test;
        _labels = labels;
        _order = new int[labels.Length];
        _schedule = ScheduleOf(_settings.Epochs);
        _rho = RhoOf(_settings.Epochs);
        Progress = new RunProgress(checked(StepsPerEpoch * _settings.Epochs), _settings.Epochs);
    }

    /// <summary>The schedule that a run of so many epochs has on these data.</summary>
    /// <param name="epochs">At least 1.</param>
    public LearningRateSchedule ScheduleOf(int epochs) =>
        new(_settings.Schedule, _settings.Base.LearningRate, checked(StepsPerEpoch * epochs), StepsPerEpoch);

    /// <summary>The radius over a run of so many epochs on these data; null where it does not go by the steps of the run.</summary>
    /// <param name="epochs">At least 1.</param>
    public Schedule? RhoOf(int epochs) => Factory.RhoOverRun(_settings.Sam, checked(StepsPerEpoch * epochs));

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0.</param>
    public float LearningRate(int step) => _schedule.At(step);

    /// <summary>Writes everything that the next epoch depends on.</summary>
    /// <param name="path">Where to; whole or not at all.</param>
    /// <param name="note">A text to keep with it.</param>
    public void Save(string path, string note) => _optimizer.Save(path, new Dictionary<string, string> { [NoteKey] = note });

    /// <summary>The text that <see cref="Save"/> kept with a checkpoint, or null where it has none.</summary>
    /// <param name="path">The checkpoint.</param>
    public static string? ReadNote(string path)
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault(NoteKey);
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="path">What <see cref="Save"/> wrote in a run of the same settings.</param>
    /// <param name="epochs">The epochs that were done.</param>
    public void Load(string path, IReadOnlyList<EpochResult> epochs)
    {
        _optimizer.Load(path);
        Progress.Restore(epochs);
        _step = Progress.Step;
    }

    /// <summary>Trains on every example once, then tests.</summary>
    /// <param name="stop">Ends the epoch after the step under way.</param>
    /// <returns>What it came to; also in <see cref="Progress"/>.</returns>
    public EpochResult RunEpoch(StopSignal stop)
    {
        int epoch = Progress.EpochCount;
        Shuffle.Epoch(_order, _settings.Seed, epoch);
        _imageKey = Shuffle.ImageKey(_settings.Seed, epoch);
        EpochSums sums = new(Stopwatch.GetTimestamp());
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        bool stopped = false;
        for (int start = 0; start < _order.Length && !sums.IsDiverged; start += _settings.Batch)
        {
            stopped = stop.IsRequested;
            if (stopped)
            {
                break;
            }

            int count = Math.Min(_settings.Batch, _order.Length - start);
            _results.Add(Step(_order.AsSpan(start, count)), count);
            while (_results.TryTake(out StepResult result, out int images))
            {
                Note(result, images, ref sums);
            }

            if (_ownSteps == WarmupSteps)
            {
                allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            }
        }

        while (_results.TryTakeLast(out StepResult result, out int images))
        {
            Note(result, images, ref sums);
        }

        if (_ownSteps > WarmupSteps)
        {
            _allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
            _countedSteps = _ownSteps - WarmupSteps;
        }

        EpochEnding ending = sums.IsDiverged ? EpochEnding.Diverged : stopped ? EpochEnding.Stopped : EpochEnding.Complete;
        EpochResult epochResult = sums.Finish(epoch + 1, TestAccuracy(), ending);
        Progress.AddEpoch(epochResult, Stopwatch.GetElapsedTime(sums.Last).TotalSeconds);
        return epochResult;
    }

    /// <summary>Measures loss and sharpness at the present weights, which stay as they are to the bit.</summary>
    /// <param name="examples">How many of the training examples to measure on, from the first, in batches of the run's size.</param>
    /// <returns>Mean loss, and mean over the batches of L(w + eps) - L(w) with eps = rho g / ||g|| from the batch's own gradient
    /// g.</returns>
    public (double Loss, double Sharpness) Measure(int examples)
    {
        // A step with learning rate 0 goes to the perturbed weights and comes back to the saved ones.
        SamOptions options = new() { MicroBatch = _settings.Steps.MicroBatch ?? 0 };
        using SamOptimizer probe = new(_model, new Sgd(learningRate: 0), Perturbation.Sam(_settings.Sam.MeasuredRho), options);
        examples = Math.Min(examples, _labels.Length);
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        // In evaluation the running statistics of batch normalisation stay as they are too, and every example counts by itself.
        _model.Evaluate();
        double loss = 0;
        double sharpness = 0;
        for (int start = 0; start < examples; start += _settings.Batch)
        {
            int count = Math.Min(_settings.Batch, examples - start);
            _batch.Load(_train, _labels, _order.AsSpan(start, count));
            _results.Add(probe.Step(_batch.Images, _batch.Labels), count);
            while (_results.TryTake(out StepResult result, out int images))
            {
                loss += result.Loss * (double)images;
                sharpness += result.Sharpness * (double)images;
            }
        }

        while (_results.TryTakeLast(out StepResult result, out int images))
        {
            loss += result.Loss * (double)images;
            sharpness += result.Sharpness * (double)images;
        }

        _model.Train();
        return (loss / examples, sharpness / examples);
    }

    /// <summary>SHA-256 of all parameters in the order of the layers, as little-endian floats without the arena's padding.</summary>
    /// <returns>64 hexadecimal digits.</returns>
    public string HashWeights()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in _model.Parameters)
        {
            float[] values = new float[parameter.Count];
            parameter.Read(values);
            hash.AppendData(MemoryMarshal.AsBytes(values));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Frees model and optimizer.</summary>
    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }

    private StepResult Step(ReadOnlySpan<int> examples)
    {
        Span<float> images = _optimizer.NextInput(examples.Length);
        _batch.Load(_train, _labels, examples, images, _imageKey);
        _optimizer.BaseOptimizer.LearningRate = _schedule.At(_step);
        if (_rho is not null)
        {
            _optimizer.Rho = _rho.At(_step);
        }

        _step++;
        _ownSteps++;
        return _optimizer.Step(images, _batch.Labels);
    }

    private void Note(in StepResult result, int images, ref EpochSums sums)
    {
        // MSAM takes its one gradient at the perturbed weights and knows no other loss.
        float loss = float.IsNaN(result.Loss) ? result.PerturbedLoss : result.Loss;
        double sharpness = result.Sharpness;
        SkippedSteps += result.Skipped ? 1 : 0;
        Progress.AddStep(loss, sharpness, images, sums.Add(loss, sharpness, images));
    }

    // With an average of the weights it is the average that is of use.
    private double TestAccuracy()
    {
        if (_optimizer.AveragedUpdates == 0)
        {
            return Accuracy();
        }

        _optimizer.SwapAverage();
        try
        {
            RenewStatistics();
            return Accuracy();
        }
        finally
        {
            _optimizer.SwapAverage();
        }
    }

    // Those of the training are of other weights. The images are as the epoch had them; a last piece that is too small has no variance.
    private void RenewStatistics()
    {
        if (_model.Buffers.Length == 0)
        {
            return;
        }

        _model.BeginStatistics();
        for (int start = 0; start < _order.Length; start += _model.BatchSize)
        {
            int count = Math.Min(_model.BatchSize, _order.Length - start);
            if (start > 0 && count < _model.Layout.MinimumTrainingBatch)
            {
                break;
            }

            _batch.Load(_train, _labels, _order.AsSpan(start, count), _imageKey);
            _model.AddToStatistics(_batch.Images);
        }
    }

    private double Accuracy()
    {
        int right = 0;
        int classes = _model.OutputShape.Count;
        for (int start = 0; start < _test.Count; start += _batch.Capacity)
        {
            _batch.Load(_test, start, Math.Min(_batch.Capacity, _test.Count - start));
            Span<float> outputs = _outputs.AsSpan(0, _batch.Count * classes);
            _model.Predict(_batch.Images, outputs);
            for (int i = 0; i < _batch.Count; i++)
            {
                ReadOnlySpan<float> logits = outputs.Slice(i * classes, classes);
                int best = 0;
                for (int k = 1; k < classes; k++)
                {
                    best = logits[k] > logits[best] ? k : best;
                }

                right += best == _batch.Labels[i] ? 1 : 0;
            }
        }

        return (double)right / _test.Count;
    }
}
