using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using Sam.Cli.Data;
using Sam.Cli.Devices;
using Sam.Cli.Output;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>`sam compare`: what SAM does to a network that could learn random labels by heart, beside SGD.</summary>
internal sealed class CompareCommand
{
    private const int BatchSize = 128;
    private const int MostNoises = 6;

    private readonly Option<double> _rho = OptionFactory.Real("--rho", 0.2, new NumberRange(0, 1000), "Radius of SAM's ball; sharpness of both is measured in it.");

    private readonly Option<int> _epochs = OptionFactory.Whole("--epochs", 40, new NumberRange(1, 100_000), "Times that every training image is seen.");

    private readonly Option<int> _trainSize = OptionFactory.Whole(
        "--train-size", 10_000, new NumberRange(1, 1_000_000), "Train on the first so many images.");

    private readonly Option<double[]> _noises = new("--noise")
    {
        Description = "Shares of the training labels that are replaced by a random class (which may be the true one), with commas between them: one panel of the picture for each.",
        HelpName = "list",
        DefaultValueFactory = static _ => [0, 0.4, 0.8],
        CustomParser = ParseNoises,
    };

    private readonly Option<string> _output = new("--output")
    {
        Description = "Where to write the picture of the curves, a PNG file.",
        HelpName = "file",
        DefaultValueFactory = static _ => "compare.png",
    };

    private readonly CommonOptions _common = new();
    private readonly CliConsole _console;
    private readonly StopSignal _stop;

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="stop">Ends it early.</param>
    public CompareCommand(CliConsole console, StopSignal stop)
    {
        _console = console;
        _stop = stop;
        Command = new Command(
            "compare",
            "Train an MLP (784-512-256-10) on MNIST with SGD and with SAM side by side, with ever more random labels: same initial weights, same batches, same labels. "
            + "Batch 128, learning rate 0.1 with cosine decay to 0, momentum 0.9, weight decay 0.0005. Ends with a table and a picture of the curves.")
        {
            _rho, _epochs, _trainSize, _noises, _output,
        };
        _common.AddTo(Command);
        Command.SetAction(parsed => Run(Read(parsed)));
    }

    /// <summary>The command, for the root.</summary>
    public Command Command { get; }

    private static double[] ParseNoises(ArgumentResult result)
    {
        NumberRange range = new(0, 1);
        string[] parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        double[] noises = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out noises[i]) || !range.Contains(noises[i]))
            {
                return OptionFactory.Fail<double[]>(result, $"--noise takes numbers {range} with commas between them, not '{parts[i]}'.");
            }
        }

        return noises.Length > MostNoises || noises.Distinct().Count() < noises.Length
            ? OptionFactory.Fail<double[]>(result, $"--noise takes up to {MostNoises} different numbers, not '{result.Tokens[0].Value}'.")
            : noises;
    }

    private static void CheckOutput(string path)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException($"--output takes the name of a .png file, not '{path}'.");
        }

        // Found out now: after a minute of training it would be too late.
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder) || Directory.Exists(path))
        {
            throw new CommandException($"--output: {(Directory.Exists(path) ? $"'{path}' is a folder" : $"there is no folder '{folder}'")}.");
        }
    }

    private CompareOptions Read(ParseResult parsed) => new()
    {
        Recipe = new RunSettings
        {
            Model = ModelKind.Mlp,
            Sam = new SamSettings { Kind = SamKind.Sam, Rho = (float)parsed.GetValue(_rho) },
            Base = new BaseSettings { Kind = BaseKind.Sgd, LearningRate = 0.1f, Momentum = 0.9f, WeightDecay = 5e-4f },
            Schedule = new ScheduleSettings { Kind = ScheduleKind.Cosine, Warmup = 0 },
            Epochs = parsed.GetValue(_epochs),
            Batch = BatchSize,
            Seed = _common.Seed(parsed),
        },
        Noises = parsed.GetRequiredValue(_noises),
        TrainSize = parsed.GetValue(_trainSize),
        Output = parsed.GetRequiredValue(_output),
        Device = _common.Device(parsed),
        Data = _common.Data(parsed),
        Json = _common.Json(parsed),
    };

    private int Run(CompareOptions options)
    {
        CheckOutput(options.Output);
        DataLoading loading = DataLoading.Start(MnistFolder.Find(options.Data));
        using OpenDevice opened = OpenDevice.Open(options.Device);
        (ImageSet train, ImageSet test) = loading.Wait();
        int trainSize = TrainingSize.Check(options.TrainSize, train.Count);

        Comparison comparison = new(opened.Device, options.Recipe, options.Noises);
        CompareView view = CompareView.Create(_console, options.Json);
        view.Start(options, opened.Device.Name);
        long begin = Stopwatch.GetTimestamp();
        BackgroundWork work = new(() => comparison.Run(train, trainSize, test, _stop));
        view.Watch(work, comparison);
        work.Finish();
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        opened.ThrowIfAnyFinding();

        bool drawn = comparison.Rows.Any(static row => row.Progress.EpochCount > 0);
        if (drawn)
        {
            CurvePlot.Save(comparison, options);
        }

        view.Finish(comparison, seconds, drawn ? options.Output : null);
        if (options.Json)
        {
            CompareReport.WriteJson(_console.Out, comparison, options, seconds, _stop.IsRequested);
        }

        return _stop.IsRequested ? ExitCode.Interrupted : ExitCode.Success;
    }
}
