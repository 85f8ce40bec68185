using System.CommandLine;
using System.Globalization;
using Sam.Cli.Devices;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Commands;

/// <summary>The options that every training command has.</summary>
internal sealed class CommonOptions
{
    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Decides initial weights, order of the images and noisy labels. One seed gives the same weights, to the bit, on every run and for any number of threads.",
        HelpName = "number",
        DefaultValueFactory = _ => 1,
        CustomParser = static result => ulong.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : OptionFactory.Fail<ulong>(result, $"--seed takes a whole number from 0 to {ulong.MaxValue}, not '{result.Tokens[0].Value}'."),
    };

    private readonly Option<string> _device = OptionFactory.Choice(
        "--device",
        DeviceKind.Auto,
        "Where to train. auto: on the first GPU where the CUDA driver and cuBLAS answer, else on the CPU; emulated: on a CUDA device in software, for "
        + "looking into kernels rather than for speed.");

    private readonly Option<bool> _deviceChecks = new("--device-checks")
    {
        Description = "With --device emulated: look for races, unwritten and foreign memory in every kernel, some times slower [default: off].",
    };

    private readonly Option<int?> _threads = OptionFactory.OptionalWhole(
        "--threads", new NumberRange(1, DeviceOptions.MaximumThreads), "Threads to compute with [default: the variable SAM_THREADS, else one for each core].");

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Folder with the data: the four MNIST files, or for resnet18 the binary files of CIFAR-10 [default: for MNIST the nearest data/mnist, from the current folder upwards, then from the program's].",
        HelpName = "folder",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print the result as one JSON object, the last line on standard output; everything else then goes to standard error.",
    };

    /// <summary>Adds them to a command, after its own.</summary>
    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_deviceChecks);
        command.Add(_seed);
        command.Add(_threads);
        command.Add(_data);
        command.Add(_json);
    }

    /// <summary>The seed.</summary>
    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>The device to train on.</summary>
    /// <exception cref="CommandException">SAM_THREADS is not a number in range, or checks are asked for on a real device.</exception>
    public DeviceChoice Device(ParseResult parsed)
    {
        DeviceKind kind = parsed.GetChoice<DeviceKind>(_device);
        bool checks = parsed.GetValue(_deviceChecks);
        return checks && kind != DeviceKind.Emulated
            ? throw new CommandException("--device-checks has no effect without --device emulated.")
            : new DeviceChoice(kind, Factory.Threads(parsed.GetValue(_threads)), checks);
    }

    /// <summary>The folder of the data, or null to look for it.</summary>
    public string? Data(ParseResult parsed) => parsed.GetValue(_data);

    /// <summary>Whether the result is for a machine.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
