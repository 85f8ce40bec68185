namespace Sam.Cli.Training;

/// <summary>How far a run is: written by the training thread, a few plain stores per step, and read by the display whenever it
/// likes.</summary>
internal sealed class RunProgress
{
    // Shown numbers are means over about the last fifty steps; a single batch's loss jumps too much to be read.
    private const double Smoothing = 0.02;

    private readonly List<EpochResult> _epochs = [];
    private double _loss = double.NaN;
    private double _sharpness = double.NaN;
    private double _trainSeconds;
    private double _evaluationSeconds;
    private long _images;
    private int _step;

    /// <summary>Starts at the first step.</summary>
    /// <param name="totalSteps">All steps of the run.</param>
    /// <param name="epochs">All epochs of the run.</param>
    public RunProgress(int totalSteps, int epochs)
    {
        TotalSteps = totalSteps;
        Epochs = epochs;
    }

    /// <summary>All steps of the run.</summary>
    public int TotalSteps { get; }

    /// <summary>All epochs of the run.</summary>
    public int Epochs { get; }

    /// <summary>Steps done.</summary>
    public int Step => Volatile.Read(ref _step);

    /// <summary>Loss of late steps; NaN before the first.</summary>
    public double Loss => Volatile.Read(ref _loss);

    /// <summary>Sharpness of late steps; NaN before the first and where steps do not see it.</summary>
    public double Sharpness => Volatile.Read(ref _sharpness);

    /// <summary>Examples trained on.</summary>
    public long Images => Volatile.Read(ref _images);

    /// <summary>Time spent in steps.</summary>
    public double TrainSeconds => Volatile.Read(ref _trainSeconds);

    /// <summary>Time spent on the test set.</summary>
    public double EvaluationSeconds => Volatile.Read(ref _evaluationSeconds);

    /// <summary>Examples per second of training.</summary>
    public double ImagesPerSecond => TrainSeconds > 0 ? Images / TrainSeconds : double.NaN;

    /// <summary>Epochs that have ended.</summary>
    public int EpochCount
    {
        get
        {
            lock (_epochs)
            {
                return _epochs.Count;
            }
        }
    }

    /// <summary>Seconds until the end at the pace so far, evaluations included; NaN before the first step.</summary>
    public double SecondsLeft
    {
        get
        {
            int step = Step;
            int evaluations = EpochCount;
            double perStep = TrainSeconds / step;
            double perEvaluation = evaluations > 0 ? EvaluationSeconds / evaluations : 0;
            return (perStep * (TotalSteps - step)) + (perEvaluation * (Epochs - evaluations));
        }
    }

    /// <summary>An epoch that has ended.</summary>
    /// <param name="index">From 0, less than <see cref="EpochCount"/>.</param>
    public EpochResult this[int index]
    {
        get
        {
            lock (_epochs)
            {
                return _epochs[index];
            }
        }
    }

    /// <summary>Notes a step. Allocates nothing.</summary>
    /// <param name="loss">Its loss.</param>
    /// <param name="sharpness">Its sharpness, or NaN.</param>
    /// <param name="images">Its examples.</param>
    /// <param name="seconds">Its time.</param>
    public void AddStep(double loss, double sharpness, int images, double seconds)
    {
        Volatile.Write(ref _loss, Smooth(_loss, loss));
        if (!double.IsNaN(sharpness))
        {
            Volatile.Write(ref _sharpness, Smooth(_sharpness, sharpness));
        }

        Volatile.Write(ref _images, _images + images);
        Volatile.Write(ref _trainSeconds, _trainSeconds + seconds);
        Volatile.Write(ref _step, _step + 1);
    }

    /// <summary>Goes on from epochs that another process has done.</summary>
    /// <param name="epochs">What they came to.</param>
    public void Restore(IEnumerable<EpochResult> epochs)
    {
        foreach (EpochResult epoch in epochs)
        {
            Volatile.Write(ref _loss, epoch.TrainLoss);
            Volatile.Write(ref _sharpness, epoch.Sharpness);
            Volatile.Write(ref _images, _images + epoch.Images);
            Volatile.Write(ref _trainSeconds, _trainSeconds + epoch.TrainSeconds);
            Volatile.Write(ref _step, _step + epoch.Steps);
            AddEpoch(epoch, evaluationSeconds: 0);
        }
    }

    /// <summary>Notes the end of an epoch.</summary>
    /// <param name="result">What it came to.</param>
    /// <param name="evaluationSeconds">Time its evaluation took.</param>
    public void AddEpoch(EpochResult result, double evaluationSeconds)
    {
        Volatile.Write(ref _evaluationSeconds, _evaluationSeconds + evaluationSeconds);
        lock (_epochs)
        {
            _epochs.Add(result);
        }
    }

    private static double Smooth(double old, double value) => double.IsNaN(old) ? value : old + (Smoothing * (value - old));
}
