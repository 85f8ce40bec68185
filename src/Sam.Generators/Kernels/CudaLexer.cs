using System.Text;

namespace Sam.Generators.Kernels;

/// <summary>Cuts CUDA C++ into tokens: comments are left out, and each preprocessor directive is one token.</summary>
internal static class CudaLexer
{
    public static List<CudaToken> Read(string text)
    {
        List<CudaToken> tokens = [];
        int at = 0;
        bool lineStart = true;
        while (at < text.Length)
        {
            char c = text[at];
            if (c == '\n') lineStart = true;
            int comment = CommentEnd(text, at);
            if (char.IsWhiteSpace(c) || comment > at)
            {
                at = Math.Max(at + 1, comment);
                continue;
            }

            int end = c == '#' && lineStart
                ? DirectiveEnd(text, at)
                : c is '"' or '\''
                    ? LiteralEnd(text, at)
                    : char.IsLetterOrDigit(c) || c == '_' ? WordEnd(text, at) : at + 1;
            tokens.Add(new CudaToken(text.Substring(at, end - at), at));
            lineStart = false;
            at = end;
        }

        return tokens;
    }

    /// <summary>The words of a directive, without comments and continued lines.</summary>
    public static string[] Words(CudaToken directive)
    {
        StringBuilder plain = new();
        string text = directive.Text;
        for (int at = 0; at < text.Length; at++)
        {
            int comment = CommentEnd(text, at);
            if (comment > at) at = comment - 1;
            else plain.Append(text[at] is '\\' or '#' ? ' ' : text[at]);
        }

        return plain.ToString().Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    private static int CommentEnd(string text, int at)
    {
        if (at + 1 >= text.Length || text[at] != '/') return at;
        int end = text[at + 1] switch
        {
            '/' => text.IndexOf('\n', at),
            '*' => text.IndexOf("*/", at + 2, StringComparison.Ordinal) + 2,
            _ => at,
        };
        return end < at || end == 1 ? text.Length : end;
    }

    private static int DirectiveEnd(string text, int at)
    {
        while (at < text.Length && text[at] != '\n')
        {
            int comment = CommentEnd(text, at);
            if (text[at] == '\\' && at + 1 < text.Length && (text[at + 1] == '\n' || text[at + 1] == '\r'))
            {
                at = text.IndexOf('\n', at) + 1;
                if (at == 0) return text.Length;
            }
            else
            {
                at = Math.Max(at + 1, comment);
            }
        }

        return at;
    }

    private static int LiteralEnd(string text, int at)
    {
        char quote = text[at];
        for (at++; at < text.Length && text[at] != quote && text[at] != '\n'; at++)
        {
            if (text[at] == '\\') at++;
        }

        return Math.Min(at + 1, text.Length);
    }

    private static int WordEnd(string text, int at)
    {
        bool number = char.IsDigit(text[at]);
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_' || (number && text[at] == '.'))) at++;
        return at;
    }
}
