using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sam.Cli.Commands;

/// <summary>Says in one line what is wrong with a command line.</summary>
internal static class ParseErrors
{
    private const int FarthestTypo = 2;

    /// <summary>The first mistake, with the command whose help explains more.</summary>
    /// <param name="parsed">A command line with errors.</param>
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string help = command is RootCommand ? "sam --help" : $"sam {command.Name} --help";
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return $"{Message(parsed.Errors[0])} ({help} explains)";
        }

        string token = parsed.UnmatchedTokens[0];
        bool option = token.StartsWith('-');
        IEnumerable<string> known = option ? command.Options.Select(static o => o.Name) : command.Subcommands.Select(static c => c.Name);
        string? nearest = Nearest(token, known);
        string hint = nearest is null ? "" : $"; did you mean {nearest}?";
        string what = option ? "option" : command is RootCommand ? "command" : "argument";
        return $"unknown {what} '{token}'{hint} ({help} lists {(command is RootCommand ? "the commands" : "the options")})";
    }

    /// <summary>The name that a word was probably meant to be, or null where none is near.</summary>
    /// <param name="word">The word.</param>
    /// <param name="names">The names.</param>
    public static string? Nearest(string word, IEnumerable<string> names) =>
        names.Where(name => Distance(word, name) <= FarthestTypo).MinBy(name => Distance(word, name));

    private static string Message(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value",
        OptionResult { Tokens.Count: > 1, Option.Arity.MaximumNumberOfValues: 1 } option => $"{option.Option.Name} takes one value, not {option.Tokens.Count}",
        _ => error.Message.ReplaceLineEndings(" ").TrimEnd('.'),
    };

    /// <summary>Letters to insert, delete or replace to make one word of the other (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
