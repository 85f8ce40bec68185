using System.Globalization;

namespace Sam.Native;

/// <summary>Everything that decides what steps do, as names and values, to compare those of a checkpoint with those here.</summary>
internal sealed class SettingList
{
    private const string Separator = ": ";
    private const string Absent = "not set";

    private readonly List<(string Name, string Value)> _settings = [];
    private string _prefix = "";

    /// <summary>What stands in front of the names to come.</summary>
    public SettingList Of(string prefix)
    {
        _prefix = prefix;
        return this;
    }

    /// <summary>Adds a number, as short as it reads back the same.</summary>
    public SettingList Add(string name, float value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a whole number.</summary>
    public SettingList Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a yes or no.</summary>
    public SettingList Add(string name, bool value) => Add(name, value ? "yes" : "no");

    /// <summary>Adds a choice.</summary>
    public SettingList Add<TEnum>(string name, TEnum value)
        where TEnum : struct, Enum => Add(name, value.ToString());

    /// <summary>Adds a text of one line.</summary>
    public SettingList Add(string name, string value)
    {
        _settings.Add((_prefix + name, value));
        return this;
    }

    /// <summary>How a text of other settings differs from these.</summary>
    /// <param name="saved">What <see cref="ToString"/> made of the others.</param>
    /// <returns>A phrase for each name whose values differ, in the order of the names.</returns>
    public List<string> Differences(string saved)
    {
        Dictionary<string, string> others = new(StringComparer.Ordinal);
        foreach (string line in saved.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int end = line.IndexOf(Separator, StringComparison.Ordinal);
            others[end < 0 ? line : line[..end]] = end < 0 ? Absent : line[(end + Separator.Length)..];
        }

        List<string> differences = [];
        foreach ((string name, string value) in _settings)
        {
            string other = others.Remove(name, out string? found) ? found : Absent;
            if (other != value)
            {
                differences.Add($"{name} is {other} in the file, {value} here");
            }
        }

        differences.AddRange(others.Select(static pair => $"{pair.Key} is {pair.Value} in the file, {Absent} here"));
        return differences;
    }

    /// <summary>A line for each setting.</summary>
    public override string ToString() => string.Concat(_settings.Select(static setting => $"{setting.Name}{Separator}{setting.Value}\n"));
}
