namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The parser's part for operands.</summary>
internal sealed partial class Parser
{
    private const int MaxElements = 256;

    private Operand ParseOperand()
    {
        if (TryTake('['))
        {
            return ParseAddress();
        }

        if (TryTake('('))
        {
            return new ListOperand(ParseElements(')'));
        }

        if (TryTake('{'))
        {
            return new VectorOperand(ParseElements('}'));
        }

        Operand operand = ParseSimple();
        return TryTake('|') ? new PairOperand(operand, ParseSimple()) : operand;
    }

    private Operand[] ParseElements(char end)
    {
        var elements = new List<Operand>();
        while (!TryTake(end))
        {
            if (elements.Count > 0)
            {
                Expect(',');
            }

            elements.Add(ParseSimple());
            if (elements.Count > MaxElements)
            {
                throw Fault("too many operands");
            }
        }

        return [.. elements];
    }

    private Operand ParseSimple()
    {
        if (TryTake('!'))
        {
            return new NegatedOperand(ParseName(TakeWord("a predicate")));
        }

        bool negative = TryTake('-');
        bool inverted = !negative && TryTake('~');
        Token token = Take();
        switch (token.Kind)
        {
            case TokenKind.Integer:
                return new ImmediateOperand(token.Kind, negative ? 0 - token.Bits : inverted ? ~token.Bits : token.Bits);
            case TokenKind.Float32:
                return new ImmediateOperand(token.Kind, negative ? token.Bits ^ 0x80000000 : token.Bits);
            case TokenKind.Float64:
                return new ImmediateOperand(token.Kind, negative ? token.Bits ^ (1ul << 63) : token.Bits);
            case TokenKind.Word when !negative && !inverted:
                return ParseName(token.Text);
            default:
                position--;
                throw Fault($"an operand expected, '{token.Text}' found");
        }
    }

    private Operand ParseName(string name)
    {
        if (name == "_")
        {
            return new SinkOperand();
        }

        if (scope.Find(name) is Register register)
        {
            return new RegisterOperand(register);
        }

        if (SpecialRegisters.TryParse(name, out SpecialRegister special))
        {
            return new SpecialOperand(special);
        }

        if (name[0] == '%')
        {
            position--;
            throw Fault($"'{name}' is no declared register and no supported special register");
        }

        long addend = 0;
        if (TryTake('+') || Current.Is('-'))
        {
            addend = TakeInteger("an offset");
        }

        return new SymbolOperand(name, addend, scope);
    }

    private AddressOperand ParseAddress()
    {
        Operand? place = null;
        long offset = 0;
        if (Current.Kind == TokenKind.Word)
        {
            Operand named = ParseName(Take().Text);
            if (named is SymbolOperand symbol)
            {
                offset = symbol.Addend;
                place = symbol with { Addend = 0 };
            }
            else
            {
                place = named is RegisterOperand ? named : throw Fault("an address starts with a register, a variable or a number");
            }
        }
        else
        {
            offset = TakeInteger("an address");
        }

        while (!TryTake(']'))
        {
            if (Current.Is(','))
            {
                throw Fault("addresses with several coordinates (textures, tensor maps) are not supported");
            }

            if (!Current.Is('-'))
            {
                Expect('+');
            }

            offset += TakeInteger("an offset");
        }

        return new AddressOperand(place, offset);
    }
}
