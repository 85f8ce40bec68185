using System.Text.Json;
using Sam.Cli.Commands;
using Sam.Cli.Training;

namespace Sam.Cli.Output;

/// <summary>What `sam train` tells at its end.</summary>
internal sealed class TrainReport(TrainOptions options, TrainingRun run, string device, int trainSize, int testSize, string folder)
{
    /// <summary>What was asked for.</summary>
    public TrainOptions Options { get; } = options;

    /// <summary>How far the run came.</summary>
    public RunProgress Progress { get; } = run.Progress;

    /// <summary>Elements of the model's parameters.</summary>
    public int ParameterCount { get; } = run.ParameterCount;

    /// <summary>Where the model was trained.</summary>
    public string Device { get; } = device;

    /// <summary>Training images.</summary>
    public int TrainSize { get; } = trainSize;

    /// <summary>Test images.</summary>
    public int TestSize { get; } = testSize;

    /// <summary>Where the data came from.</summary>
    public string Folder { get; } = folder;

    /// <summary>Time from the process's start to the first step.</summary>
    public double StartSeconds { get; set; }

    /// <summary>Time of all steps and evaluations.</summary>
    public double Seconds { get; set; }

    /// <summary>Mean over batches of L(w + eps) - L(w) at the final weights; NaN where they are useless.</summary>
    public double Sharpness { get; set; } = double.NaN;

    /// <summary>The most physical memory the process had.</summary>
    public long PeakWorkingSetBytes { get; set; }

    /// <summary>Name of the final weights' bits.</summary>
    public string WeightsSha256 { get; set; } = "";

    /// <summary>Epochs done before this process went on.</summary>
    public int EpochsBefore { get; } = run.Progress.EpochCount;

    /// <summary>Managed bytes allocated per step.</summary>
    public double AllocatedBytesPerStep => run.AllocatedBytesPerStep;

    /// <summary>The last epoch.</summary>
    public EpochResult Last => Progress[Progress.EpochCount - 1];

    /// <summary>How the run ended.</summary>
    public EpochEnding Ending => Last.Ending;

    /// <summary>Prints everything as one line of JSON.</summary>
    /// <param name="output">Where to.</param>
    public void WriteJson(TextWriter output) => JsonLine.Write(output, WriteMembers);

    private void WriteMembers(Utf8JsonWriter json)
    {
        RunSettings settings = Options.Settings;
        json.WriteString("command", "train");
        json.WriteString("model", settings.Model.ToString().ToLowerInvariant());
        json.WriteNumber("parameters", ParameterCount);
        string sam = settings.Sam.Kind.ToString().ToLowerInvariant();
        string baseName = settings.Base.Kind.ToString().ToLowerInvariant();
        json.WriteString("optimizer", settings.Sam.Kind == SamKind.None ? baseName : sam);
        json.WriteString("sam", sam);
        json.WriteString("base", baseName);
        json.WriteNumber("rho", settings.Sam.Rho);
        if (float.IsPositiveInfinity(settings.Sam.P))
        {
            json.WriteString("p", "inf");
        }
        else
        {
            json.WriteNumber("p", settings.Sam.P);
        }

        json.WriteFinite("m", settings.Sam.MicroBatch ?? double.NaN);
        json.WriteNumber("learningRate", settings.Base.LearningRate);
        json.WriteNumber("momentum", settings.Base.Momentum);
        json.WriteNumber("weightDecay", settings.Base.WeightDecay);
        json.WriteFinite("microBatch", settings.Steps.MicroBatch ?? double.NaN);
        json.WriteNumber("averagedSteps", run.AveragedUpdates);
        json.WriteNumber("skippedSteps", run.SkippedSteps);
        json.WriteString("schedule", settings.Schedule.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("warmup", settings.Schedule.Warmup);
        json.WriteNumber("epochs", settings.Epochs);
        json.WriteNumber("batch", settings.Batch);
        json.WriteNumber("seed", settings.Seed);
        json.WriteNumber("threads", Options.Device.Threads);
        json.WriteString("device", Device);
        json.WriteNumber("labelNoise", Options.LabelNoise);
        json.WriteNumber("trainSize", TrainSize);
        json.WriteNumber("testSize", TestSize);
        json.WriteNumber("steps", Progress.Step);
        json.WriteFinite("testAccuracy", Last.TestAccuracy);
        json.WriteFinite("trainLoss", Last.TrainLoss);
        json.WriteFinite("sharpness", Sharpness);
        json.WriteNumber("sharpnessRho", settings.Sam.MeasuredRho);
        json.WriteFinite("seconds", Seconds);
        json.WriteFinite("startSeconds", StartSeconds);
        json.WriteFinite("imagesPerSecond", Progress.ImagesPerSecond);
        json.WriteFinite("allocatedBytesPerStep", AllocatedBytesPerStep);
        json.WriteNumber("peakWorkingSetBytes", PeakWorkingSetBytes);
        json.WriteString("weightsSha256", WeightsSha256);
        json.WriteBoolean("stopped", Ending == EpochEnding.Stopped);
        json.WriteBoolean("diverged", Ending == EpochEnding.Diverged);
        json.WriteStartArray("testAccuracyByEpoch");
        for (int i = 0; i < Progress.EpochCount; i++)
        {
            json.WriteFiniteValue(Progress[i].TestAccuracy);
        }

        json.WriteEndArray();
        json.WriteStartArray("trainLossByEpoch");
        for (int i = 0; i < Progress.EpochCount; i++)
        {
            json.WriteFiniteValue(Progress[i].TrainLoss);
        }

        json.WriteEndArray();
    }
}
