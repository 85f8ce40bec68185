using System.Text;
using System.Text.Json;

namespace Sam.Cli.Output;

/// <summary>Writes one JSON object on one line.</summary>
internal static class JsonLine
{
    /// <summary>Writes an object and ends the line.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="write">Writes the object's members.</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        output.Flush();
    }

    /// <summary>Writes a number, or null where it is not finite: JSON has no other way to say so.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="name">The member.</param>
    /// <param name="value">Its value.</param>
    public static void WriteFinite(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteFiniteValue(value);
    }

    /// <summary>Writes an element of an array, or null where it is not finite.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="value">Its value.</param>
    public static void WriteFiniteValue(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
