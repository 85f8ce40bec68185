using System.CommandLine;
using System.Diagnostics;
using Sam.Cli.Checkpoints;
using Sam.Cli.Config;
using Sam.Cli.Data;
using Sam.Cli.Devices;
using Sam.Cli.Output;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>`sam train`: trains a model on MNIST or CIFAR-10 and tests it after each epoch.</summary>
internal sealed class TrainCommand
{
    // Sharpness hardly moves with more images, and these take a thirtieth of an epoch's time.
    private const int MeasuredImages = 2048;

    private readonly Option<string> _model = OptionFactory.Choice(
        "--model", ModelKind.LeNet, "lenet: two convolutions and two linear layers; mlp: linear layers 784-512-256-10; resnet18: a residual network for CIFAR-10, which --data has to name.");

    private readonly SamFlags _sam = new();
    private readonly BaseFlags _base = new();
    private readonly StepFlags _steps = new();
    private readonly ScheduleFlags _schedule = new();

    private readonly Option<string?> _optimizer = new("--optimizer")
    {
        Description =
            "Short for a pair of the two: sam is --sam sam --base sgd, sgd is --sam none --base sgd [default: what --sam and --base "
            + "say].",
        HelpName = "sam|sgd",
        CustomParser = static result => result.Tokens[0].Value.ToLowerInvariant() is "sam" or "sgd"
            ? result.Tokens[0].Value.ToLowerInvariant()
            : OptionFactory.Fail<string?>(result, $"--optimizer takes sam or sgd, not '{result.Tokens[0].Value}'; --base has the other optimizers."),
    };

    private readonly Option<int> _epochs = OptionFactory.Whole("--epochs", 2, new NumberRange(1, 100_000), "Times that every training image is seen.");

    private readonly Option<int> _batch = OptionFactory.Whole("--batch", 64, new NumberRange(1, 8192), "Images per step; an epoch's last step takes what is left.");

    private readonly Option<double> _labelNoise = OptionFactory.Real(
        "--label-noise", 0, new NumberRange(0, 1), "Share of the training labels that are replaced by a random class (which may be the true one).");

    private readonly Option<int?> _trainSize = OptionFactory.OptionalWhole(
        "--train-size", new NumberRange(1, 1_000_000), "Train on the first so many images [default: all].");

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description =
            "File to keep everything in that the next epoch depends on, written whole at the end of each (and at the start, unless "
            + "it is there) [default: none].",
        HelpName = "file",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description =
            "Go on from --checkpoint, with the same options; the weights come out as those of a run that was never broken off, to "
            + "the bit [default: from the beginning].",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description =
            "JSON file of options by their names without dashes, such as { \"sam\": \"asam\", \"rho\": 0.5, \"json\": true }; what "
            + "stands on the command line wins [default: none].",
        HelpName = "file",
    };

    private readonly CommonOptions _common = new();
    private readonly CliConsole _console;
    private readonly StopSignal _stop;

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="stop">Ends it early.</param>
    public TrainCommand(CliConsole console, StopSignal stop)
    {
        _console = console;
        _stop = stop;
        Command = new Command("train", "Train a model on MNIST or CIFAR-10 and test it after each epoch. Without options: LeNet with SAM around SGD.")
        {
            _model, _epochs, _batch, _trainSize, _labelNoise,
        };
        _sam.AddTo(Command);
        _base.AddTo(Command);
        Command.Add(_optimizer);
        _steps.AddTo(Command);
        _schedule.AddTo(Command);
        Command.Add(_checkpoint);
        Command.Add(_resume);
        Command.Add(_config);
        _common.AddTo(Command);
        Command.SetAction(parsed => Run(Read(parsed)));
    }

    /// <summary>The command, for the root.</summary>
    public Command Command { get; }

    /// <summary>Headings of the help, each by the option that it stands above.</summary>
    public static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["--sam"] = "Sharpness:",
        ["--base"] = "Base optimizer:",
        [StepFlags.First] = "Gradients, averages and parameter groups:",
        ["--schedule"] = "Learning rate over the run:",
        ["--checkpoint"] = "Files and the machine:",
    };

    private ParseResult WithConfig(ParseResult given)
    {
        if (given.GetValue(_config) is not string path)
        {
            return given;
        }

        List<string> arguments = [.. given.Tokens.Select(static token => token.Value)];
        bool hasShort = given.IsGiven(_optimizer);
        bool hasPair = given.IsGiven(_sam.Kind) || given.IsGiven(_base.Kind);
        foreach ((Option option, string argument) in ConfigFile.Read(path, Command.Options.Where(option => option != _config && !option.Recursive)))
        {
            bool overruled = given.IsGiven(option)
                || (hasShort && (option == _sam.Kind || option == _base.Kind))
                || (hasPair && option == _optimizer);
            if (!overruled)
            {
                arguments.Add(argument);
            }
        }

        ParseResult parsed = given.RootCommandResult.Command.Parse(arguments, given.Configuration);
        return parsed.Errors.Count == 0 ? parsed : throw new CommandException($"{path}: {ParseErrors.Describe(parsed)}");
    }

    private TrainOptions Read(ParseResult given)
    {
        ParseResult parsed = WithConfig(given);
        if (parsed.IsGiven(_optimizer) && (parsed.IsGiven(_sam.Kind) || parsed.IsGiven(_base.Kind)))
        {
            throw new CommandException("--optimizer is short for --sam and --base; give it, or them.");
        }

        string? optimizer = parsed.GetValue(_optimizer);
        SamKind sam = optimizer == "sgd" ? SamKind.None : parsed.GetChoice<SamKind>(_sam.Kind);
        BaseKind baseKind = parsed.GetChoice<BaseKind>(_base.Kind);
        ScheduleKind schedule = parsed.GetChoice<ScheduleKind>(_schedule.Kind);

        // A file may hold settings of a kind that the command line replaced by another.
        bool replaced = given.IsGiven(_optimizer) || given.IsGiven(_sam.Kind) || given.IsGiven(_base.Kind) || given.IsGiven(_schedule.Kind);
        ParseResult used = replaced ? given : parsed;
        _sam.CheckUse(used, sam);
        _base.CheckUse(used, baseKind);
        _schedule.CheckUse(used, schedule);

        string? checkpoint = parsed.GetValue(_checkpoint);
        bool resume = parsed.GetValue(_resume);
        if (resume && checkpoint is null)
        {
            throw new CommandException("--resume needs --checkpoint, the file to go on from.");
        }

        int epochs = parsed.GetValue(_epochs);
        int batch = parsed.GetValue(_batch);
        SamSettings samSettings = _sam.Read(parsed, sam, batch);
        return new TrainOptions
        {
            Settings = new RunSettings
            {
                Model = parsed.GetChoice<ModelKind>(_model),
                Sam = samSettings,
                Base = _base.Read(parsed, baseKind),
                Steps = _steps.Read(parsed, batch, samSettings.MicroBatch),
                Schedule = _schedule.Read(parsed, epochs),
                Epochs = epochs,
                Batch = batch,
                Seed = _common.Seed(parsed),
            },
            LabelNoise = parsed.GetValue(_labelNoise),
            TrainSize = parsed.GetValue(_trainSize),
            Device = _common.Device(parsed),
            Data = _common.Data(parsed),
            Checkpoint = checkpoint,
            Resume = resume,
            Json = _common.Json(parsed),
        };
    }

    private int Run(TrainOptions options)
    {
        if (options.Checkpoint is not null)
        {
            Checkpoint.Check(options.Checkpoint);
        }

        IDataFolder folder = options.Settings.Model == ModelKind.ResNet18 ? CifarFolder.Find(options.Data) : MnistFolder.Find(options.Data);
        DataLoading loading = DataLoading.Start(folder);
        using OpenDevice opened = OpenDevice.Open(options.Device);
        using TrainingRun run = new(opened.Device, options.Settings);
        (ImageSet train, ImageSet test) = loading.Wait();
        int trainSize = TrainingSize.Check(options.TrainSize, train.Count);
        run.Attach(train, Shuffle.NoisyLabels(train.Labels.AsSpan(0, trainSize), options.LabelNoise, options.Settings.Seed), test);
        Checkpoint? checkpoint = options.Checkpoint is null ? null : new Checkpoint(options, trainSize);
        checkpoint?.Begin(run);

        TrainReport report = new(options, run, opened.Device.Name, trainSize, test.Count, folder.Path);
        TrainView view = TrainView.Create(_console, options.Json);
        view.Start(report);
        report.StartSeconds = ProcessFigures.SecondsSinceStart();
        long begin = Stopwatch.GetTimestamp();
        BackgroundWork work = new(() => Train(run, options.Settings.Epochs, checkpoint));
        view.Watch(work, run.Progress);
        work.Finish();
        report.Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        report.WeightsSha256 = run.HashWeights();
        if (report.Ending != EpochEnding.Diverged)
        {
            report.Sharpness = run.Measure(MeasuredImages).Sharpness;
        }

        opened.ThrowIfAnyFinding();
        report.PeakWorkingSetBytes = ProcessFigures.PeakWorkingSetBytes();
        view.Finish(report);
        if (options.Json)
        {
            report.WriteJson(_console.Out);
        }

        return report.Ending switch
        {
            EpochEnding.Stopped => ExitCode.Interrupted,
            EpochEnding.Diverged => throw new CommandException(
                $"training diverged: the loss is not finite since step {run.Progress.Step}; a smaller --lr or --rho may help.", ExitCode.Failure),
            _ => ExitCode.Success,
        };
    }

    private void Train(TrainingRun run, int epochs, Checkpoint? checkpoint)
    {
        while (run.Progress.EpochCount < epochs && run.RunEpoch(_stop).Ending == EpochEnding.Complete)
        {
            checkpoint?.Save(run);
        }
    }
}
