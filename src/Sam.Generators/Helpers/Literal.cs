using System.Globalization;
using System.Text;

namespace Sam.Generators.Helpers;

/// <summary>Numbers and text as C# writes them, whatever the culture.</summary>
internal static class Literal
{
    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>Nine digits name every float exactly.</summary>
    public static string Of(float value) => float.IsNaN(value)
        ? "float.NaN"
        : float.IsPositiveInfinity(value) ? "float.PositiveInfinity"
        : float.IsNegativeInfinity(value) ? "float.NegativeInfinity"
        : Short(value) + "f";

    /// <summary>A float for people: as short as reads back the same.</summary>
    public static string Short(float value)
    {
        string text = value.ToString("G7", CultureInfo.InvariantCulture);
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float back) && back.Equals(value)
            ? text
            : value.ToString("G9", CultureInfo.InvariantCulture);
    }

    public static string Of(string text)
    {
        StringBuilder literal = new("\"");
        foreach (char c in text)
        {
            literal.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        }

        return literal.Append('"').ToString();
    }
}
