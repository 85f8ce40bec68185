using System.CommandLine;
using System.Text.Json;
using Sam.Cli.Commands;

namespace Sam.Cli.Config;

/// <summary>A JSON file that says what options say: an object whose keys are options without their dashes.</summary>
/// <remarks>Numbers are JSON numbers, names and paths strings, switches true or false, lists arrays of numbers or, of groups,
/// of strings; "inf" is a string.</remarks>
internal static class ConfigFile
{
    private const long LargestByteCount = 1 << 20;

    /// <summary>Options that stand in a file, as they would stand on the command line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="known">The options it may name.</param>
    /// <returns>Options with their values; none for a switch that is off.</returns>
    /// <exception cref="CommandException">The file cannot be read, is no JSON object, or names an option that there is not or with a value
    /// of another type.</exception>
    public static List<(Option Option, string Argument)> Read(string path, IEnumerable<Option> known)
    {
        Dictionary<string, Option> options = known.ToDictionary(static option => option.Name.TrimStart('-'));
        List<(Option, string)> arguments = [];
        foreach ((string key, JsonElement value) in Parse(path))
        {
            if (!options.TryGetValue(key, out Option? option))
            {
                string? nearest = ParseErrors.Nearest(key, options.Keys);
                string hint = nearest is null ? "sam train --help lists the options" : $"did you mean '{nearest}'?";
                throw new CommandException($"{path}: unknown key '{key}'; {hint}");
            }

            if (option.ValueType == typeof(bool))
            {
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                {
                    throw WrongType(path, key, "true or false", value);
                }

                if (value.ValueKind == JsonValueKind.True)
                {
                    arguments.Add((option, option.Name));
                }

                continue;
            }

            if (option.ValueType == typeof(string[]))
            {
                arguments.AddRange(Strings(path, key, value).Select(text => (option, $"{option.Name}={text}")));
                continue;
            }

            arguments.Add((option, $"{option.Name}={Text(path, key, option, value)}"));
        }

        return arguments;
    }

    private static Dictionary<string, JsonElement> Parse(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > LargestByteCount)
            {
                throw new CommandException($"--config: '{path}' has {stream.Length} bytes, too many for settings.");
            }

            return JsonSerializer.Deserialize(stream, ConfigJson.Default.DictionaryStringJsonElement)
                ?? throw new CommandException($"{path}: takes a JSON object such as {{ \"sam\": \"asam\", \"rho\": 0.5 }}, not null.");
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is long line ? $" in line {line + 1}" : "";
            string message = e.Message.ReplaceLineEndings(" ");
            int detail = message.IndexOf(" Path: ", StringComparison.Ordinal);
            throw new CommandException($"{path}: is no JSON object with options as keys, each once{place}: {(detail < 0 ? message : message[..detail])}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandException($"--config: cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static IEnumerable<string> Strings(string path, string key, JsonElement value)
    {
        bool isArray = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String);
        return isArray ? value.EnumerateArray().Select(static item => item.GetString()!)
            : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
            : throw WrongType(path, key, "an array of strings", value);
    }

    private static string Text(string path, string key, Option option, JsonElement value)
    {
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        if (option.HelpName == "number|inf")
        {
            return value.ValueKind switch
            {
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.String => value.GetString()!,
                _ => throw WrongType(path, key, "a number or \"inf\"", value),
            };
        }

        if (type == typeof(string))
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
                ? text
                : throw WrongType(path, key, "a string", value);
        }

        if (type.IsArray)
        {
            return value.ValueKind switch
            {
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.Array when value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number) =>
                    string.Join(',', value.EnumerateArray().Select(static item => item.GetRawText())),
                _ => throw WrongType(path, key, "an array of numbers", value),
            };
        }

        return value.ValueKind == JsonValueKind.Number ? value.GetRawText() : throw WrongType(path, key, "a number", value);
    }

    private static CommandException WrongType(string path, string key, string expected, JsonElement value) =>
        new($"{path}: '{key}' takes {expected}, not {value.GetRawText().ReplaceLineEndings(" ")}");
}
