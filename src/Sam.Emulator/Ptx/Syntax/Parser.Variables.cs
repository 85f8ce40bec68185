using System.Buffers.Binary;

namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The parser's part for variables and their initial values.</summary>
internal sealed partial class Parser
{
    private const long MaxVariableBytes = 1L << 31;

    private (PtxType Type, int Alignment, int Width) ParseVariableType()
    {
        int alignment = 0;
        int width = 1;
        while (Current.Kind == TokenKind.Directive)
        {
            Token directive = Take();
            switch (directive.Text)
            {
                case ".align":
                    alignment = TakeCount("an alignment", 1 << 20);
                    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
                    {
                        throw new PtxException(directive.Line, ".align", $"{alignment} is no power of two");
                    }

                    break;
                case ".v2":
                    width = 2;
                    break;
                case ".v4":
                    width = 4;
                    break;
                case ".attribute":
                    SkipTo(')');
                    break;
                default:
                    if (PtxTypes.TryParse(directive.Text[1..], out PtxType type) && type.Size() > 0)
                    {
                        // What follows .ptr tells of the memory pointed to, not of the parameter.
                        if (Current.IsDirective(".ptr"))
                        {
                            SkipPointer();
                        }

                        return (type, alignment, width);
                    }

                    throw new PtxException(directive.Line, directive.Text, "not supported as the type of a variable");
            }
        }

        throw Fault($"a type expected, '{Current.Text}' found");
    }

    private void SkipPointer()
    {
        position++;
        while (Current.Kind == TokenKind.Directive)
        {
            bool isAlign = Current.IsDirective(".align");
            position++;
            if (isAlign)
            {
                TakeInteger("an alignment");
            }
        }
    }

    private VariableSyntax ParseVariable(PtxSpace space, (PtxType Type, int Alignment, int Width) declared)
    {
        int line = Current.Line;
        string name = TakeWord("the name of a variable");
        long count = 1;
        bool unsized = false;
        while (TryTake('['))
        {
            if (TryTake(']'))
            {
                unsized = true;
                continue;
            }

            long extent = TakeInteger("an extent");
            Expect(']');
            if (extent < 0 || (extent != 0 && count > MaxVariableBytes / extent))
            {
                throw new PtxException(line, name, "the array is too large");
            }

            count *= extent;
        }

        int size = declared.Type.Size() * declared.Width;
        long bytes = unsized ? 0 : count * size;
        if (bytes > MaxVariableBytes)
        {
            throw new PtxException(line, name, "the variable is too large");
        }

        return new VariableSyntax
        {
            Name = name,
            Line = line,
            Space = space,
            Type = declared.Type,
            ByteCount = bytes,
            Alignment = declared.Alignment == 0 ? size : declared.Alignment,
            IsUnsized = unsized,
        };
    }

    private List<VariableSyntax> ParseVariables(PtxSpace space)
    {
        var variables = new List<VariableSyntax>();
        (PtxType Type, int Alignment, int Width) type = ParseVariableType();
        do
        {
            VariableSyntax variable = ParseVariable(space, type);
            if (variable.IsUnsized && space != PtxSpace.Shared)
            {
                throw new PtxException(variable.Line, variable.Name, "an array without a size can stand in shared memory only");
            }

            variables.Add(variable);
        }
        while (TryTake(','));
        Expect(';');
        return variables;
    }

    private void ParseGlobals(PtxSpace space, bool isExtern)
    {
        (PtxType Type, int Alignment, int Width) type = ParseVariableType();
        do
        {
            VariableSyntax variable = ParseVariable(space, type);
            var relocations = new List<(int, int, string, long, int)>();
            byte[] initial = TryTake('=') ? ParseInitialiser(type.Type, relocations) : [];
            long bytes = variable.IsUnsized ? initial.Length : variable.ByteCount;
            if (initial.Length > bytes)
            {
                throw new PtxException(variable.Line, variable.Name, "more values than the variable holds");
            }

            var global = new PtxGlobal(variable.Name, bytes, variable.Alignment, space, initial, isExtern);
            global.Relocations.AddRange(relocations);
            if (module.Scope.Names.TryGetValue(variable.Name, out object? earlier) && earlier is PtxGlobal { IsExternal: true } declared)
            {
                module.Globals.Remove(declared);
                module.Scope.Names.Remove(variable.Name);
            }

            if (!(isExtern && module.Scope.Names.GetValueOrDefault(variable.Name) is PtxGlobal))
            {
                Declare(module.Scope, variable.Name, global);
                module.Globals.Add(global);
            }
        }
        while (TryTake(','));
        Expect(';');
    }

    private byte[] ParseInitialiser(PtxType type, List<(int Offset, int Width, string Symbol, long Addend, int Shift)> relocations)
    {
        var bytes = new List<byte>();
        int size = type.Size();
        int depth = 0;
        Span<byte> value = stackalloc byte[8];
        do
        {
            if (TryTake('{'))
            {
                depth++;
            }
            else if (TryTake('}'))
            {
                depth--;
            }
            else if (depth > 0 && TryTake(','))
            {
                continue;
            }
            else
            {
                ulong bits = ParseInitialValue(type, bytes.Count, size, relocations);
                BinaryPrimitives.WriteUInt64LittleEndian(value, bits);
                for (int i = 0; i < size; i++)
                {
                    bytes.Add(i < 8 ? value[i] : (byte)0);
                }
            }
        }
        while (depth > 0);
        return [.. bytes];
    }

    private ulong ParseInitialValue(PtxType type, int offset, int size,
        List<(int Offset, int Width, string Symbol, long Addend, int Shift)> relocations)
    {
        Token token = Take();
        bool negative = token.Is('-');
        if (negative)
        {
            token = Take();
        }

        switch (token.Kind)
        {
            case TokenKind.Integer when TryTake('('):
                string masked = ParseSymbolValue(Take(), out long addendOfMasked);
                Expect(')');
                relocations.Add((offset, size, masked, addendOfMasked, System.Numerics.BitOperations.TrailingZeroCount(token.Bits)));
                return 0;
            case TokenKind.Integer:
                ulong bits = negative ? 0 - token.Bits : token.Bits;
                return type.IsFloat() && size >= 4 ? Literals.FloatBits(type, (double)(long)bits) : bits;
            case TokenKind.Float32 or TokenKind.Float64:
                ulong converted = Literals.Convert(token.Kind, token.Bits, type);
                return negative ? converted ^ (1ul << ((size * 8) - 1)) : converted;
            case TokenKind.Word:
                string symbol = ParseSymbolValue(token, out long addend);
                relocations.Add((offset, size, symbol, addend, 0));
                return 0;
            default:
                throw Fault($"a value expected, '{token.Text}' found");
        }
    }

    private string ParseSymbolValue(Token token, out long addend)
    {
        if (token.Kind != TokenKind.Word)
        {
            throw Fault($"a symbol expected, '{token.Text}' found");
        }

        string name = token.Text;
        if (name == "generic" && TryTake('('))
        {
            name = TakeWord("a symbol");
            Expect(')');
        }

        addend = TryTake('+') ? TakeInteger("an offset") : Current.Is('-') ? TakeInteger("an offset") : 0;
        return name;
    }
}
