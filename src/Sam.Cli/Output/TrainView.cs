using System.Globalization;
using Sam.Cli.Training;

namespace Sam.Cli.Output;

/// <summary>Shows a training run to people: plain lines, one per epoch. On a terminal <see cref="LiveTrainView"/> adds a bar that moves.</summary>
internal class TrainView
{
    private const int PollMilliseconds = 50;

    private int _shownEpochs;

    /// <summary>Makes the view.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    protected TrainView(CliConsole console, bool json) => Writer = console.ForPeople(json);

    /// <summary>Where lines go.</summary>
    protected TextWriter Writer { get; }

    /// <summary>The view that suits the output.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    public static TrainView Create(CliConsole console, bool json) =>
        console.IsTerminal(json) ? new LiveTrainView(console, json) : new TrainView(console, json);

    /// <summary>Says what will be trained.</summary>
    /// <param name="report">The run.</param>
    public void Start(TrainReport report)
    {
        RunSettings settings = report.Options.Settings;
        string optimizer = Describe(settings);
        string noise = report.Options.LabelNoise > 0 ? $", {Format.Percent(report.Options.LabelNoise)} of the labels random" : "";
        Writer.WriteLine($"{(settings.Model switch { ModelKind.Mlp => "MLP", ModelKind.LeNet => "LeNet", _ => "ResNet-18" })}, {Format.Count(report.ParameterCount)} parameters, on {report.Device}");
        Writer.WriteLine($"{optimizer}, batch {settings.Batch}");
        Writer.WriteLine($"{Format.Count(report.TrainSize)} training and {Format.Count(report.TestSize)} test images from {report.Folder}{noise}");
        if (report.Options.Resume)
        {
            Writer.WriteLine($"going on after epoch {report.EpochsBefore} from {report.Options.Checkpoint}");
            _shownEpochs = report.EpochsBefore;
        }
    }

    private static string Describe(RunSettings settings)
    {
        BaseSettings b = settings.Base;
        SamSettings sam = settings.Sam;
        string moments = BaseSettings.HasMomentum(b.Kind) ? $", momentum {Format.Setting(b.Momentum)}"
            : BaseSettings.HasBetas(b.Kind) ? $", betas {Format.Setting(b.Beta1)} and {Format.Setting(b.Beta2)}"
            : "";
        moments += b.Nesterov ? ", nesterov" : b.Amsgrad ? ", amsgrad" : "";
        string around = $"{Name(b.Kind)} lr {Format.Setting(b.LearningRate)}{moments}, weight decay {Format.Setting(b.WeightDecay)}";
        string p = sam.P == 2 ? "" : float.IsPositiveInfinity(sam.P) ? ", p inf" : $", p {Format.Setting(sam.P)}";
        string m = sam.MicroBatch is int micro ? $", m {micro}" : "";
        return sam.Kind == SamKind.None ? around : $"{Name(sam.Kind)} rho {Format.Setting(sam.Rho)}{p}{m} around {around}";
    }

    private static string Name(BaseKind kind) => kind switch
    {
        BaseKind.Sgd or BaseKind.Lamb or BaseKind.Lars => kind.ToString().ToUpperInvariant(),
        BaseKind.Rmsprop => "RMSprop",
        _ => kind.ToString(),
    };

    private static string Name(SamKind kind) => kind switch
    {
        SamKind.LookSam => "LookSAM",
        SamKind.Fsam => "Friendly-SAM",
        SamKind.SamOn => "SAM-ON",
        SamKind.Random => "random perturbation",
        _ => kind.ToString().ToUpperInvariant(),
    };

    /// <summary>Shows the run until it ends.</summary>
    /// <param name="work">The run's thread.</param>
    /// <param name="progress">How far it is.</param>
    public virtual void Watch(BackgroundWork work, RunProgress progress)
    {
        while (!work.Wait(PollMilliseconds))
        {
            ShowEpochs(progress);
        }

        ShowEpochs(progress);
    }

    /// <summary>Prints the closing table.</summary>
    /// <param name="report">The run.</param>
    public void Finish(TrainReport report)
    {
        string title = report.Ending switch
        {
            EpochEnding.Stopped => $"Stopped after {Format.Count(report.Progress.Step)} of {Format.Count(report.Progress.TotalSteps)} steps",
            EpochEnding.Diverged => $"Diverged after {Format.Count(report.Progress.Step)} steps",
            _ => $"Done after {Format.Count(report.Progress.Step)} steps",
        };
        (string Name, string Value, string Note)[] rows =
        [
            ("Test accuracy", Format.Percent(report.Last.TestAccuracy), ""),
            ("Training loss", Format.Loss(report.Last.TrainLoss), "mean of the last epoch"),
            ("Sharpness", Format.Loss(report.Sharpness), $"loss that a step of length {Format.Setting(report.Options.Settings.Sam.MeasuredRho)} uphill adds"),
            ("Time", Format.Seconds(report.Seconds), $"first step {report.StartSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s after the start"),
            ("Speed", $"{Format.Count(report.Progress.ImagesPerSecond)} images/s", ""),
            ("Allocated per step", $"{Format.Count(report.AllocatedBytesPerStep)} bytes", ""),
            ("Peak memory", Format.Megabytes(report.PeakWorkingSetBytes), ""),
            ("SHA-256 of weights", report.WeightsSha256, ""),
        ];
        ShowTable(title, rows);
        Writer.Flush();
    }

    /// <summary>Prints the closing table.</summary>
    /// <param name="title">What it closes.</param>
    /// <param name="rows">Names, values and remarks, which may be empty.</param>
    protected virtual void ShowTable(string title, (string Name, string Value, string Note)[] rows)
    {
        Writer.WriteLine();
        Writer.WriteLine(title);
        foreach ((string name, string value, string note) in rows)
        {
            Writer.WriteLine($"  {name,-18}  {value}{(note.Length > 0 ? $" ({note})" : "")}");
        }
    }

    /// <summary>Prints the epochs that ended since the last call.</summary>
    /// <param name="progress">How far the run is.</param>
    protected void ShowEpochs(RunProgress progress)
    {
        for (; _shownEpochs < progress.EpochCount; _shownEpochs++)
        {
            EpochResult epoch = progress[_shownEpochs];
            string sharpness = double.IsNaN(epoch.Sharpness) ? "" : $"  sharpness {Format.Loss(epoch.Sharpness)}";
            string ending = epoch.Ending switch
            {
                EpochEnding.Stopped => "stopped",
                EpochEnding.Diverged => "diverged",
                _ => Format.Seconds(epoch.TrainSeconds),
            };
            ShowLine($"epoch {epoch.Epoch}/{progress.Epochs}  loss {Format.Loss(epoch.TrainLoss)}{sharpness}  test accuracy {Format.Percent(epoch.TestAccuracy)}  {ending}");
        }
    }

    /// <summary>Prints a line.</summary>
    /// <param name="line">The line.</param>
    protected virtual void ShowLine(string line)
    {
        Writer.WriteLine(line);
        Writer.Flush();
    }
}
