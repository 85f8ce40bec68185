using System.CommandLine;
using System.CommandLine.Help;
using Sam.Cli.Output;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>The root of the command line.</summary>
internal static class SamCommand
{
    private const string Description =
        "Trains neural networks with Sharpness-Aware Minimization (SAM: Foret et al., ICLR 2021).\n\n"
        + "Exit codes: 0 done; 1 training diverged or the program failed; 2 a bad option or data file; 130 stopped by Ctrl-C, "
        + "with a summary of what was reached (a second Ctrl-C ends at once).";

    /// <summary>Makes the tree of commands.</summary>
    /// <param name="console">Where commands write.</param>
    /// <param name="stop">Ends a command early.</param>
    public static RootCommand Create(CliConsole console, StopSignal stop)
    {
        RootCommand root = new(Description)
        {
            new TrainCommand(console, stop).Command,
            new CompareCommand(console, stop).Command,
            new DoctorCommand(console).Command,
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GroupedHelp((HelpAction)help.Action!);
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }
}
