using System.Globalization;
using System.Text;

namespace Sam.Native;

/// <summary>Writes the JSON of a safetensors header, with strings escaped as little as JSON allows, as the format's own library writes
/// them.</summary>
internal sealed class SafeTensorsJson
{
    private readonly StringBuilder _text = new();

    /// <summary>Refuses text that has no UTF-8 form.</summary>
    public static void CheckText(string text, string argument)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw new ArgumentException($"Half a surrogate pair at place {i}: the text has no UTF-8 form.", argument);
            }
        }
    }

    /// <summary>Order of the UTF-8 bytes, which for characters outside the basic plane is not that of the UTF-16 units.</summary>
    public static int CompareUtf8(string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));

    /// <summary>Appends text as it is.</summary>
    public SafeTensorsJson Append(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Appends a JSON string.</summary>
    public SafeTensorsJson AppendString(string text)
    {
        _text.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case < ' ': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: _text.Append(c); break;
            }
        }

        _text.Append('"');
        return this;
    }

    /// <summary>The text as UTF-8 after <paramref name="reserved"/> bytes of zeros, padded with spaces to a multiple of 8.</summary>
    public byte[] ToPaddedUtf8(int reserved)
    {
        string text = _text.ToString();
        int count = Encoding.UTF8.GetByteCount(text);
        byte[] bytes = new byte[reserved + ((count + 7) & ~7)];
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(reserved));
        bytes.AsSpan(reserved + count).Fill((byte)' ');
        return bytes;
    }
}
