namespace Sam.Emulator.Ptx.Syntax;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>A name, a register, a label or an opcode with its dotted modifiers.</summary>
    Word,

    /// <summary>A word that starts with a dot.</summary>
    Directive,

    /// <summary>A whole number; the bits are its value.</summary>
    Integer,

    /// <summary>A <c>0f</c> number; the bits are those of a float.</summary>
    Float32,

    /// <summary>A <c>0d</c> or decimal number; the bits are those of a double.</summary>
    Float64,

    /// <summary>A quoted string.</summary>
    String,

    /// <summary>One character of punctuation.</summary>
    Punctuation,
}

/// <summary>One token of PTX text.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, ulong Bits, int Line)
{
    /// <summary>Whether this is a given character of punctuation.</summary>
    public bool Is(char c) => Kind == TokenKind.Punctuation && Text[0] == c;

    /// <summary>Whether this is a given directive.</summary>
    public bool IsDirective(string text) => Kind == TokenKind.Directive && Text == text;
}
