using System.Text.Json;
using Sam.Cli.Output;
using Sam.Cli.Training;

namespace Sam.Cli.Tests;

/// <summary>What a command line printed and returned, run inside the test's process.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out.TrimEnd('\n').Split('\n')[^1]).RootElement;

    public static CommandRun Of(params string[] args) => Of(new StopSignal(), args);

    public static CommandRun Of(StopSignal stop, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int exitCode = Program.Invoke(args, new CliConsole(output, error), stop);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The one line of an error, after checking that it is one, on the right stream, without a stack trace.</summary>
    public string ErrorLine()
    {
        Assert.Equal(2, ExitCode);
        Assert.Equal("", Out);
        string line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("sam: ", line);
        Assert.DoesNotContain("   at ", line);
        Assert.DoesNotContain("Exception", line);
        return line;
    }
}
