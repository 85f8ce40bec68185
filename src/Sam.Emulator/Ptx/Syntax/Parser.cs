namespace Sam.Emulator.Ptx.Syntax;

/// <summary>Reads PTX text into a syntax tree: the token cursor, shared by the parts of the parser.</summary>
internal sealed partial class Parser
{
    private readonly List<Token> tokens;
    private readonly ModuleSyntax module = new();
    private int position;

    private Parser(List<Token> tokens)
    {
        this.tokens = tokens;
    }

    private Token Current => tokens[position];

    /// <summary>Parses a text.</summary>
    public static ModuleSyntax Parse(ReadOnlySpan<byte> utf8)
    {
        var parser = new Parser(Lexer.Tokenize(utf8));
        parser.ParseModule();
        return parser.module;
    }

    private Token Take()
    {
        Token token = tokens[position];
        if (token.Kind != TokenKind.End)
        {
            position++;
        }

        return token;
    }

    private bool TryTake(char c)
    {
        if (!Current.Is(c))
        {
            return false;
        }

        position++;
        return true;
    }

    private void Expect(char c)
    {
        if (!TryTake(c))
        {
            throw Fault($"'{c}' expected, '{Current.Text}' found");
        }
    }

    private string TakeWord(string what)
    {
        if (Current.Kind != TokenKind.Word)
        {
            throw Fault($"{what} expected, '{Current.Text}' found");
        }

        return Take().Text;
    }

    private long TakeInteger(string what)
    {
        bool negative = TryTake('-');
        if (Current.Kind != TokenKind.Integer)
        {
            throw Fault($"{what} expected, '{Current.Text}' found");
        }

        long value = (long)Take().Bits;
        return negative ? -value : value;
    }

    private int TakeCount(string what, long max)
    {
        long value = TakeInteger(what);
        return value >= 0 && value <= max ? (int)value : throw Fault($"{what} is {value}; 0 to {max} can be had");
    }

    private PtxException Fault(string reason, string instruction = "") => new(Current.Line, instruction, reason);

    private void SkipTo(char c)
    {
        while (!Current.Is(c))
        {
            if (Current.Kind == TokenKind.End)
            {
                throw Fault($"'{c}' expected before the end of the text");
            }

            position++;
        }

        position++;
    }

    private void SkipBraces()
    {
        Expect('{');
        for (int depth = 1; depth > 0;)
        {
            Token token = Take();
            if (token.Kind == TokenKind.End)
            {
                throw Fault("'}' expected before the end of the text");
            }

            depth += token.Is('{') ? 1 : token.Is('}') ? -1 : 0;
        }
    }

    private void SkipLine(int line)
    {
        while (Current.Line == line && Current.Kind != TokenKind.End)
        {
            position++;
        }
    }
}
