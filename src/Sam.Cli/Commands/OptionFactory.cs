using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Sam.Cli.Commands;

/// <summary>Makes options whose errors name the option, what it takes and what it got.</summary>
internal static class OptionFactory
{
    /// <summary>An option that takes a real number.</summary>
    public static Option<double> Real(string name, double defaultValue, NumberRange range, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && range.Contains(value)
                ? value
                : Fail<double>(result, $"{name} takes a number {range}, not '{text}'.");
        },
    };

    /// <summary>An option that takes a real number, or is left out for a default that depends on others.</summary>
    public static Option<double?> OptionalReal(string name, NumberRange range, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && range.Contains(value)
                ? value
                : Fail<double?>(result, $"{name} takes a number {range}, not '{text}'.");
        },
    };

    /// <summary>An option that takes numbers with commas between them, or is left out.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="helpName">What help calls the value.</param>
    /// <param name="takes">What it takes, in words.</param>
    /// <param name="isValid">Whether the numbers will do.</param>
    /// <param name="description">What it does.</param>
    public static Option<double[]?> OptionalList(
        string name, string helpName, string takes, Predicate<double[]> isValid, string description) => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
                double[] values = new double[parts.Length];
                for (int i = 0; i < parts.Length; i++)
                {
                    if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
                    {
                        values[i] = double.NaN;
                    }
                }

                return Array.TrueForAll(values, double.IsFinite) && isValid(values)
                    ? values
                    : Fail<double[]?>(result, $"{name} takes {takes}, not '{text}'.");
            },
        };

    /// <summary>Whether an option stands on a command line by itself, rather than by its default.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The numbers of an option made by <see cref="OptionalList"/>, or null where it was left out.</summary>
    public static double[]? GetList(this ParseResult parsed, Option<double[]?> option) => parsed.IsGiven(option) ? parsed.GetValue(option) : null;

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int> Whole(string name, int defaultValue, NumberRange range, string description) => new(name)
    {
        Description = description,
        HelpName = "count",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => ParseWhole(result, name, range) ?? 0,
    };

    /// <summary>An option that takes a whole number, or is left out.</summary>
    public static Option<int?> OptionalWhole(string name, NumberRange range, string description) => new(name)
    {
        Description = description,
        HelpName = "count",
        CustomParser = result => ParseWhole(result, name, range),
    };

    /// <summary>An option that takes one of the names of an enumeration, in any case; <see cref="GetChoice"/> reads it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="defaultValue">What holds without it.</param>
    /// <param name="description">What it does.</param>
    /// <param name="helpName">What help calls the value; null lists the names, which makes a wide column of many.</param>
    public static Option<string> Choice<T>(string name, T defaultValue, string description, string? helpName = null)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(static n => n.ToLowerInvariant())];
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = helpName ?? string.Join('|', names),
            DefaultValueFactory = _ => defaultValue.ToString().ToLowerInvariant(),
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                return names.Contains(text, StringComparer.OrdinalIgnoreCase)
                    ? text
                    : Fail<string>(result, $"{name} takes {string.Join(" or ", names)}, not '{text}'.");
            },
        };
        option.CompletionSources.Add(names);
        return option;
    }

    /// <summary>The value that an option made by <see cref="Choice"/> names.</summary>
    public static T GetChoice<T>(this ParseResult parsed, Option<string> option)
        where T : struct, Enum => Enum.Parse<T>(parsed.GetRequiredValue(option), ignoreCase: true);

    /// <summary>Notes what is wrong with an option's value.</summary>
    public static T Fail<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }

    private static int? ParseWhole(ArgumentResult result, string name, NumberRange range)
    {
        string text = result.Tokens[0].Value;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && range.Contains(value)
            ? value
            : Fail<int?>(result, $"{name} takes a whole number {range}, not '{text}'.");
    }
}
