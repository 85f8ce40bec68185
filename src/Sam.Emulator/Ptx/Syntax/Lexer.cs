using System.Globalization;
using System.Text;

namespace Sam.Emulator.Ptx.Syntax;

/// <summary>Cuts PTX text into tokens.</summary>
internal sealed class Lexer
{
    private static readonly string[] Single = MakeSingle();
    private readonly string text;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> interned;
    private int position;
    private int line = 1;

    private Lexer(string text)
    {
        this.text = text;
        interned = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Cuts a whole text; the last token is <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Tokenize(ReadOnlySpan<byte> utf8)
    {
        int zero = utf8.IndexOf((byte)0);
        var lexer = new Lexer(Encoding.UTF8.GetString(zero < 0 ? utf8 : utf8[..zero]));
        var tokens = new List<Token>(lexer.text.Length / 4);
        Token token;
        do
        {
            token = lexer.Next();
            tokens.Add(token);
        }
        while (token.Kind != TokenKind.End);
        return tokens;
    }

    private static string[] MakeSingle()
    {
        var table = new string[128];
        for (int c = 0; c < table.Length; c++)
        {
            table[c] = ((char)c).ToString();
        }

        return table;
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '%';

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '%';

    private Token Next()
    {
        SkipBlanks();
        if (position >= text.Length)
        {
            return new Token(TokenKind.End, "end of text", 0, line);
        }

        char c = text[position];
        if (IsWordStart(c))
        {
            return Word(TokenKind.Word, position);
        }

        if (c == '.' && position + 1 < text.Length && IsWordStart(text[position + 1]))
        {
            return Word(TokenKind.Directive, position++);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1])))
        {
            return Number();
        }

        if (c == '"')
        {
            return Quoted();
        }

        if ("{}[]()<>,;:+-*/=!|@&~^?".Contains(c, StringComparison.Ordinal))
        {
            position++;
            return new Token(TokenKind.Punctuation, Single[c], 0, line);
        }

        throw new PtxException(line, "", $"unexpected character '{c}'");
    }

    private void SkipBlanks()
    {
        while (position < text.Length)
        {
            char c = text[position];
            if (c == '\n')
            {
                line++;
                position++;
            }
            else if (c is ' ' or '\t' or '\r' or '\f' or '\v')
            {
                position++;
            }
            else if (c == '/' && position + 1 < text.Length && text[position + 1] == '/')
            {
                int end = text.IndexOf('\n', position);
                position = end < 0 ? text.Length : end;
            }
            else if (c == '/' && position + 1 < text.Length && text[position + 1] == '*')
            {
                int end = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw new PtxException(line, "", "the comment does not end");
                }

                line += text.AsSpan(position, end - position).Count('\n');
                position = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private Token Word(TokenKind kind, int start)
    {
        position++;
        while (position < text.Length)
        {
            char c = text[position];
            if (IsWordPart(c))
            {
                position++;
            }
            else if (c == '.' && kind == TokenKind.Word && position + 1 < text.Length && IsWordPart(text[position + 1]))
            {
                position += 2;
            }
            else if (c == ':' && position + 2 < text.Length && text[position + 1] == ':' && IsWordStart(text[position + 2]))
            {
                position += 3;
            }
            else
            {
                break;
            }
        }

        return new Token(kind, Intern(text.AsSpan(start, position - start)), 0, line);
    }

    private string Intern(ReadOnlySpan<char> span)
    {
        if (!interned.TryGetValue(span, out string? word))
        {
            word = span.ToString();
            interned[span] = word;
        }

        return word;
    }

    private Token Quoted()
    {
        int end = text.IndexOf('"', position + 1);
        if (end < 0)
        {
            throw new PtxException(line, "", "the string does not end");
        }

        string content = text[(position + 1)..end];
        position = end + 1;
        return new Token(TokenKind.String, content, 0, line);
    }

    private Token Number()
    {
        int start = position;
        char second = position + 1 < text.Length && text[position] == '0' ? char.ToLowerInvariant(text[position + 1]) : '\0';
        if (second is 'f' or 'd')
        {
            int digits = second == 'f' ? 8 : 16;
            if (start + 2 + digits > text.Length
                || !ulong.TryParse(text.AsSpan(start + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out ulong bits))
            {
                throw new PtxException(line, "", $"a 0{second} number needs {digits} hexadecimal digits");
            }

            position = start + 2 + digits;
            return new Token(second == 'f' ? TokenKind.Float32 : TokenKind.Float64, text[start..position], bits, line);
        }

        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || IsFraction(start)))
        {
            position++;
        }

        ReadOnlySpan<char> digitsText = text.AsSpan(start, position - start);
        bool isHex = second == 'x';
        if (!isHex && digitsText.IndexOfAny('.', 'e', 'E') >= 0)
        {
            return double.TryParse(digitsText, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? new Token(TokenKind.Float64, digitsText.ToString(), BitConverter.DoubleToUInt64Bits(value), line)
                : throw new PtxException(line, "", $"'{digitsText}' is no number");
        }

        return new Token(TokenKind.Integer, digitsText.ToString(), Integer(digitsText, second), line);
    }

    private bool IsFraction(int start)
    {
        char c = text[position];
        char before = text[position - 1];
        return c == '.' || (c is '+' or '-' && before is 'e' or 'E' && position > start && !text.AsSpan(start, 2).Contains('x'));
    }

    private ulong Integer(ReadOnlySpan<char> digits, char second)
    {
        ReadOnlySpan<char> original = digits;
        digits = digits.TrimEnd('U');
        bool good = second switch
        {
            'x' => ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong _),
            'b' => ulong.TryParse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out ulong _),
            _ => ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong _),
        };
        if (!good)
        {
            throw new PtxException(line, "", $"'{original}' is no number of at most 64 bits");
        }

        if (second == 'x')
        {
            return ulong.Parse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        if (second == 'b')
        {
            return ulong.Parse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture);
        }

        if (digits.Length > 1 && digits[0] == '0')
        {
            ulong value = 0;
            foreach (char c in digits)
            {
                if (c > '7' || value >> 61 != 0)
                {
                    throw new PtxException(line, "", $"'{original}' is no octal number of at most 64 bits");
                }

                value = (value << 3) | (uint)(c - '0');
            }

            return value;
        }

        return ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
