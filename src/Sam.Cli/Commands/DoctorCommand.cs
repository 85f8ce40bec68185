using System.CommandLine;
using Sam.Cli.Devices;
using Sam.Cli.Output;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>`sam doctor`: what there is to compute with, whether it works, and what to install.</summary>
internal sealed class DoctorCommand
{
    private readonly Option<string> _device = OptionFactory.Choice(
        "--device",
        DeviceKind.Auto,
        "What to look at beside the CPU. auto: every GPU of the CUDA driver; emulated: the CUDA device in software, with its checks on.");

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print JSON objects, one a line: for each library, device and family of kernels, the last one for the whole.",
    };

    private readonly CliConsole _console;

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    public DoctorCommand(CliConsole console)
    {
        _console = console;
        Command = new Command(
            "doctor",
            "Show the devices, drivers and libraries there are, run every family of kernels beside the CPU's, and say what to install. Ends with 0 where "
            + "the CPU works and so does all that is there, with 1 where something that is there does not.")
        {
            _device, _json,
        };
        Command.SetAction(Run);
    }

    /// <summary>The command, for the root.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        Diagnosis diagnosis = Diagnosis.Of(new DeviceChoice(parsed.GetChoice<DeviceKind>(_device), Factory.Threads(option: null), Checks: true));
        if (parsed.GetValue(_json))
        {
            DoctorReport.WriteJson(_console.Out, diagnosis);
        }
        else
        {
            new DoctorView(_console).Show(diagnosis);
        }

        return diagnosis.AllWorks ? ExitCode.Success : ExitCode.Failure;
    }
}
