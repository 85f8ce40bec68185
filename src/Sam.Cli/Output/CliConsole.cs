using Spectre.Console;

namespace Sam.Cli.Output;

/// <summary>Where a command writes.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors, and progress where the results are for a machine.</param>
/// <param name="OutIsTerminal">Whether <paramref name="Out"/> is a terminal that can move its cursor.</param>
/// <param name="ErrorIsTerminal">The same of <paramref name="Error"/>.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, bool OutIsTerminal = false, bool ErrorIsTerminal = false)
{
    /// <summary>The process's own streams.</summary>
    public static CliConsole OfProcess()
    {
        bool dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new CliConsole(Console.Out, Console.Error, !dumb && !Console.IsOutputRedirected, !dumb && !Console.IsErrorRedirected);
    }

    /// <summary>Where text for people goes: to <see cref="Error"/> where the last line of <see cref="Out"/> is JSON.</summary>
    /// <param name="json">Whether --json was given.</param>
    public TextWriter ForPeople(bool json) => json ? Error : Out;

    /// <summary>Whether text for people goes to a terminal.</summary>
    /// <param name="json">Whether --json was given.</param>
    public bool IsTerminal(bool json) => json ? ErrorIsTerminal : OutIsTerminal;

    /// <summary>A writer of tables and progress bars, for a terminal.</summary>
    /// <param name="json">Whether --json was given.</param>
    public IAnsiConsole Rich(bool json) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(ForPeople(json)) });
}
