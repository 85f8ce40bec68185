using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sam.Cli.Commands;

/// <summary>Help whose options stand under headings.</summary>
/// <param name="inner">Writes the help without them.</param>
internal sealed class GroupedHelp(HelpAction inner) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => inner.ClearsParseErrors;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        using StringWriter text = new() { NewLine = "\n" };
        configuration.Output = text;
        int code;
        try
        {
            code = inner.Invoke(parseResult);
        }
        finally
        {
            configuration.Output = output;
        }

        foreach (string line in text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            string name = line.StartsWith("  --", StringComparison.Ordinal) ? line.TrimStart().Split(' ')[0] : "";
            if (parseResult.CommandResult.Command.Name == "train" && TrainCommand.Headings.TryGetValue(name, out string? heading))
            {
                output.WriteLine();
                output.WriteLine(heading);
            }

            output.WriteLine(line);
        }

        output.WriteLine();
        return code;
    }
}
