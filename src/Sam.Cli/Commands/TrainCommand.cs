using System.CommandLine;
using System.Diagnostics;
using Sam.Cli.Data;
using Sam.Cli.Output;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Commands;

/// <summary>`sam train`: trains a model on MNIST or CIFAR-10 and tests it after each epoch.</summary>
internal sealed class TrainCommand
{
    // Sharpness hardly moves with more images, and these take a thirtieth of an epoch's time.
    private const int MeasuredImages = 2048;

    private readonly Option<string> _model = OptionFactory.Choice(
        "--model", ModelKind.LeNet, "lenet: two convolutions and two linear layers; mlp: linear layers 784-512-256-10; resnet18: a residual network for CIFAR-10, which --data has to name.");

    private readonly Option<string> _optimizer = OptionFactory.Choice(
        "--optimizer", OptimizerKind.Sam, "sam: Sharpness-Aware Minimization around SGD, two gradients per step; sgd: SGD alone.");

    private readonly Option<double> _rho = OptionFactory.Real(
        "--rho", 0.05, new NumberRange(0, 1000), "Radius of SAM's ball around the weights; also of the ball in which sharpness is measured at the end.");

    private readonly Option<double> _learningRate = OptionFactory.Real(
        "--lr", 0.05, new NumberRange(0, 1000, OpenBelow: true), "Learning rate: the highest, where the schedule moves it.");

    private readonly Option<double> _momentum = OptionFactory.Real("--momentum", 0.9, new NumberRange(0, 1, OpenAbove: true), "Momentum of SGD.");

    private readonly Option<double> _weightDecay = OptionFactory.Real(
        "--weight-decay", 5e-4, new NumberRange(0, 1000), "Weight decay of SGD: this times the weights is added to their gradient.");

    private readonly Option<string> _schedule = OptionFactory.Choice(
        "--schedule", ScheduleKind.Cosine, "The learning rate after the warm-up: constant, or half a cosine wave down to 0.");

    private readonly Option<double> _warmup = OptionFactory.Real(
        "--warmup", 0.05, new NumberRange(0, 1, OpenAbove: true), "Share of all steps over which the learning rate rises to --lr.");

    private readonly Option<int> _epochs = OptionFactory.Whole("--epochs", 3, new NumberRange(1, 100_000), "Times that every training image is seen.");

    private readonly Option<int> _batch = OptionFactory.Whole("--batch", 64, new NumberRange(1, 8192), "Images per step; an epoch's last step takes what is left.");

    private readonly Option<double> _labelNoise = OptionFactory.Real(
        "--label-noise", 0, new NumberRange(0, 1), "Share of the training labels that are replaced by a random class (which may be the true one).");

    private readonly Option<int?> _trainSize = OptionFactory.OptionalWhole(
        "--train-size", new NumberRange(1, 1_000_000), "Train on the first so many images [default: all].");

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
            _model, _optimizer, _rho, _learningRate, _momentum, _weightDecay, _schedule, _warmup, _epochs, _batch, _labelNoise, _trainSize,
        };
        _common.AddTo(Command);
        Command.SetAction(parsed => Run(Read(parsed)));
    }

    /// <summary>The command, for the root.</summary>
    public Command Command { get; }

    private TrainOptions Read(ParseResult parsed) => new()
    {
        Settings = new RunSettings
        {
            Model = parsed.GetChoice<ModelKind>(_model),
            Optimizer = parsed.GetChoice<OptimizerKind>(_optimizer),
            Rho = (float)parsed.GetValue(_rho),
            LearningRate = (float)parsed.GetValue(_learningRate),
            Momentum = (float)parsed.GetValue(_momentum),
            WeightDecay = (float)parsed.GetValue(_weightDecay),
            Schedule = parsed.GetChoice<ScheduleKind>(_schedule),
            Warmup = parsed.GetValue(_warmup),
            Epochs = parsed.GetValue(_epochs),
            Batch = parsed.GetValue(_batch),
            Seed = _common.Seed(parsed),
        },
        LabelNoise = parsed.GetValue(_labelNoise),
        TrainSize = parsed.GetValue(_trainSize),
        Threads = _common.Threads(parsed),
        Data = _common.Data(parsed),
        Json = _common.Json(parsed),
    };

    private int Run(TrainOptions options)
    {
        int threads = Factory.Threads(options.Threads);
        IDataFolder folder = options.Settings.Model == ModelKind.ResNet18 ? CifarFolder.Find(options.Data) : MnistFolder.Find(options.Data);
        DataLoading loading = DataLoading.Start(folder);
        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using TrainingRun run = new(device, options.Settings);
        (ImageSet train, ImageSet test) = loading.Wait();
        int trainSize = TrainingSize.Check(options.TrainSize, train.Count);
        run.Attach(train, Shuffle.NoisyLabels(train.Labels.AsSpan(0, trainSize), options.LabelNoise, options.Settings.Seed), test);

        TrainReport report = new(options, run, device.Name, threads, trainSize, test.Count, folder.Path);
        TrainView view = TrainView.Create(_console, options.Json);
        view.Start(report);
        report.StartSeconds = ProcessFigures.SecondsSinceStart();
        long begin = Stopwatch.GetTimestamp();
        BackgroundWork work = new(() => Train(run, options.Settings.Epochs));
        view.Watch(work, run.Progress);
        work.Finish();
        report.Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        report.WeightsSha256 = run.HashWeights();
        if (report.Ending != EpochEnding.Diverged)
        {
            report.Sharpness = run.Measure(MeasuredImages).Sharpness;
        }

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

    private void Train(TrainingRun run, int epochs)
    {
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            if (run.RunEpoch(_stop).Ending != EpochEnding.Complete)
            {
                break;
            }
        }
    }
}
