using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sam.Cli.Data;
using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>One model on its way through its epochs.</summary>
/// <remarks>Steps allocate nothing: buffers are made here, the order is shuffled in place, and the display reads <see cref="Progress"/> by
/// itself.</remarks>
internal sealed class TrainingRun : IDisposable
{
    // The first steps compile code and fill static tables; what they allocate is not the steps' own.
    private const int WarmupSteps = 3;

    private readonly RunSettings _settings;
    private readonly Model _model;
    private readonly SamOptimizer _optimizer;
    private readonly Batch _batch;
    private readonly float[] _outputs;
    private ImageSet _train = null!;
    private ImageSet _test = null!;
    private int[] _labels = null!;
    private int[] _order = null!;
    private LearningRateSchedule _schedule;
    private ulong _imageKey;
    private int _step;
    private int _countedSteps;
    private long _allocatedBytes;

    /// <summary>Makes model, optimizer and buffers.</summary>
    /// <param name="device">Where the model lives.</param>
    /// <param name="settings">What to train and how.</param>
    public TrainingRun(Device device, RunSettings settings)
    {
        _settings = settings;
        _model = Factory.Model(device, settings);
        _optimizer = Factory.Optimizer(_model, settings);
        _batch = new Batch(settings.Batch, _model.InputShape.Count);
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
        int steps = checked((labels.Length + _settings.Batch - 1) / _settings.Batch * _settings.Epochs);
        _schedule = new LearningRateSchedule(_settings.Schedule, _settings.LearningRate, _settings.Warmup, steps);
        Progress = new RunProgress(steps, _settings.Epochs);
    }

    /// <summary>Trains on every example once, then tests.</summary>
    /// <param name="stop">Ends the epoch after the step under way.</param>
    /// <returns>What it came to; also in <see cref="Progress"/>.</returns>
    public EpochResult RunEpoch(StopSignal stop)
    {
        int epoch = Progress.EpochCount;
        Shuffle.Epoch(_order, _settings.Seed, epoch);
        _imageKey = Shuffle.ImageKey(_settings.Seed, epoch);
        double lossSum = 0;
        double sharpnessSum = 0;
        int steps = 0;
        long images = 0;
        long begin = Stopwatch.GetTimestamp();
        long last = begin;
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        EpochEnding ending = EpochEnding.Complete;
        for (int start = 0; start < _order.Length; start += _settings.Batch)
        {
            if (stop.IsRequested)
            {
                ending = EpochEnding.Stopped;
                break;
            }

            int count = Math.Min(_settings.Batch, _order.Length - start);
            StepResult result = Step(_order.AsSpan(start, count));
            double sharpness = _settings.Optimizer == OptimizerKind.Sam ? result.Sharpness : double.NaN;
            lossSum += result.Loss * (double)count;
            sharpnessSum += sharpness;
            images += count;
            steps++;
            long now = Stopwatch.GetTimestamp();
            Progress.AddStep(result.Loss, sharpness, count, Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            last = now;
            if (_step == WarmupSteps)
            {
                allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            }

            if (!float.IsFinite(result.Loss))
            {
                ending = EpochEnding.Diverged;
                break;
            }
        }

        if (_step > WarmupSteps)
        {
            _allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
            _countedSteps = _step - WarmupSteps;
        }

        double seconds = Stopwatch.GetElapsedTime(begin, last).TotalSeconds;
        double accuracy = TestAccuracy();
        EpochResult epochResult = new(epoch + 1, steps, lossSum / images, sharpnessSum / steps, accuracy, seconds, images, ending);
        Progress.AddEpoch(epochResult, Stopwatch.GetElapsedTime(last).TotalSeconds);
        return epochResult;
    }

    /// <summary>Measures loss and sharpness at the present weights, which stay as they are to the bit.</summary>
    /// <param name="examples">How many of the training examples to measure on, from the first, in batches of the run's size.</param>
    /// <returns>Mean loss, and mean over the batches of L(w + eps) - L(w) with eps = rho g / ||g|| from the batch's own gradient
    /// g.</returns>
    public (double Loss, double Sharpness) Measure(int examples)
    {
        // A step with learning rate 0 goes to the perturbed weights and comes back to the saved ones.
        using SamOptimizer probe = new(_model, new Sgd(learningRate: 0), Perturbation.Sam(_settings.Rho));
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
            StepResult result = probe.Step(_batch.Images, _batch.Labels);
            loss += result.Loss * (double)count;
            sharpness += result.Sharpness * (double)count;
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
        _batch.Load(_train, _labels, examples, _imageKey);
        _optimizer.BaseOptimizer.LearningRate = _schedule.At(_step);
        _step++;
        return _optimizer.Step(_batch.Images, _batch.Labels);
    }

    private double TestAccuracy()
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
