using System.Text.Json;

namespace Sam.Bench.Tests;

/// <summary>What a command printed and returned. The console is the process's: tests that take it are in <see cref="Collection"/>, one at a
/// time.</summary>
internal sealed record ConsoleRun(int Code, string Output, string Error)
{
    public const string Collection = "console";

    public string[] Lines => Output.TrimEnd().ReplaceLineEndings("\n").Split('\n');

    public JsonElement[] Json => [.. Lines.Select(static line => JsonDocument.Parse(line).RootElement)];

    public static ConsoleRun Of(Func<string[], int> command, params string[] arguments)
    {
        TextWriter console = Console.Out, errors = Console.Error;
        using StringWriter output = new(), error = new();
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            int code = command(arguments);
            return new ConsoleRun(code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(console);
            Console.SetError(errors);
        }
    }
}
