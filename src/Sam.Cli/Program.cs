using System.CommandLine;
using Sam.Cli.Commands;
using Sam.Cli.Output;
using Sam.Cli.Training;
using Sam.Native.Cuda;

namespace Sam.Cli;

/// <summary>The program's entry.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        StopSignal stop = new();
        using Interrupts interrupts = new(stop);
        return Invoke(args, CliConsole.OfProcess(), stop);
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="console">Where to write.</param>
    /// <param name="stop">Ends a run early, as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal static int Invoke(string[] args, CliConsole console, StopSignal stop)
    {
        try
        {
            ParseResult parsed = SamCommand.Create(console, stop)
                .Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not GroupedHelp)
            {
                throw new CommandException(ParseErrors.Describe(parsed));
            }

            return parsed.Invoke(new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (CommandException e)
        {
            console.Error.WriteLine($"sam: {e.Message}");
            return e.ExitCode;
        }
        catch (OutOfMemoryException e)
        {
            console.Error.WriteLine($"sam: not enough memory; a smaller --batch needs less. {e.Message.ReplaceLineEndings(" ")}");
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is CudaException or PlatformNotSupportedException)
        {
            console.Error.WriteLine($"sam: {e.Message.ReplaceLineEndings(" ")} `sam doctor` looks at the device.");
            return ExitCode.Failure;
        }
        catch (Exception e)
        {
            console.Error.WriteLine($"sam: internal error: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            return ExitCode.Failure;
        }
    }
}
