using System.Globalization;
using System.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>One conversion of a C format: flags, width, precision, length.</summary>
internal sealed class PrintSpecifier
{
    private bool left;
    private bool plus;
    private bool space;
    private bool alternate;
    private bool zero;
    private int width;
    private int precision = -1;
    private bool inPrecision;

    /// <summary>Whether the argument has 64 bits.</summary>
    public bool IsLong { get; private set; }

    /// <summary>Takes the next character in; false when it is the kind of the conversion.</summary>
    public bool Take(char c, Func<int> star)
    {
        switch (c)
        {
            case '-':
                left = true;
                return true;
            case '+':
                plus = true;
                return true;
            case ' ':
                space = true;
                return true;
            case '#':
                alternate = true;
                return true;
            case '.':
                inPrecision = true;
                precision = 0;
                return true;
            case '*' when inPrecision:
                precision = star();
                return true;
            case '*':
                width = star();
                left |= width < 0;
                width = Math.Abs(width);
                return true;
            case 'l' or 'z' or 'j' or 't':
                IsLong = true;
                return true;
            case 'h':
                return true;
            case '0' when !inPrecision && width == 0:
                zero = true;
                return true;
            case >= '0' and <= '9':
                if (inPrecision)
                {
                    precision = Math.Min((precision * 10) + c - '0', 10000);
                }
                else
                {
                    width = Math.Min((width * 10) + c - '0', 10000);
                }

                return true;
            default:
                return false;
        }
    }

    public string Pad(string text) => left ? text.PadRight(width) : text.PadLeft(width);

    public string Cut(string text) => precision >= 0 && precision < text.Length ? text[..precision] : text;

    public string Signed(long value) =>
        Number(value < 0 ? "-" : plus ? "+" : space ? " " : "", BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture),
            precision < 0);

    public string Unsigned(ulong value, char kind) => kind switch
    {
        'x' => Number(alternate && value != 0 ? "0x" : "", value.ToString("x", CultureInfo.InvariantCulture), precision < 0),
        'X' => Number(alternate && value != 0 ? "0X" : "", value.ToString("X", CultureInfo.InvariantCulture), precision < 0),
        'o' => Number(alternate && value != 0 ? "0" : "", Octal(value), precision < 0),
        _ => Number("", value.ToString(CultureInfo.InvariantCulture), precision < 0),
    };

    public string Real(double value, char kind)
    {
        string sign = double.IsNegative(value) && !double.IsNaN(value) ? "-" : plus ? "+" : space ? " " : "";
        double size = Math.Abs(value);
        if (!double.IsFinite(size))
        {
            string name = double.IsNaN(size) ? "nan" : "inf";
            return Pad(sign + (char.IsUpper(kind) ? name.ToUpperInvariant() : name));
        }

        int digits = precision < 0 ? 6 : precision;
        string text = char.ToLowerInvariant(kind) switch
        {
            'f' => size.ToString("F" + digits, CultureInfo.InvariantCulture),
            'e' => Exponent(size, digits),
            'a' => Hexadecimal(size),
            _ => General(size, Math.Max(1, digits)),
        };
        text = char.IsUpper(kind) ? text.ToUpperInvariant() : text;
        int gap = width - sign.Length - text.Length;
        return zero && !left && gap > 0 ? sign + new string('0', gap) + text : Pad(sign + text);
    }

    private static string Octal(ulong value)
    {
        string text = "";
        do
        {
            text = (char)('0' + (value & 7)) + text;
            value >>= 3;
        }
        while (value != 0);
        return text;
    }

    private static string Exponent(double value, int digits) =>
        value.ToString((digits == 0 ? "0" : "0." + new string('0', digits)) + "e+00", CultureInfo.InvariantCulture);

    private static string Hexadecimal(double value)
    {
        if (value == 0)
        {
            return "0x0p+0";
        }

        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int exponent = (int)(bits >> 52) - 1023;
        string fraction = (bits & ((1ul << 52) - 1)).ToString("x13", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"0x1{(fraction.Length == 0 ? "" : "." + fraction)}p{(exponent < 0 ? "" : "+")}{exponent}";
    }

    private string General(double value, int digits)
    {
        int exponent = value == 0 ? 0 : int.Parse(Exponent(value, digits - 1).Split('e')[1], CultureInfo.InvariantCulture);
        string text = exponent < -4 || exponent >= digits
            ? Exponent(value, digits - 1)
            : value.ToString("F" + (digits - 1 - exponent), CultureInfo.InvariantCulture);
        if (alternate || !text.Contains('.', StringComparison.Ordinal))
        {
            return text;
        }

        string[] parts = text.Split('e');
        parts[0] = parts[0].TrimEnd('0').TrimEnd('.');
        return string.Join('e', parts);
    }

    private string Number(string prefix, string digits, bool mayZero)
    {
        digits = precision > digits.Length ? digits.PadLeft(precision, '0') : digits;
        int gap = width - prefix.Length - digits.Length;
        return zero && !left && mayZero && gap > 0 ? prefix + new string('0', gap) + digits : Pad(prefix + digits);
    }
}
