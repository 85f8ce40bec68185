namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The parser's part for the bodies of functions.</summary>
internal sealed partial class Parser
{
    private const int MaxNesting = 256;

    private FunctionSyntax function = null!;
    private Scope scope = null!;
    private int sourceFile;
    private int sourceLine;

    private void ParseBody(FunctionSyntax parsed)
    {
        function = parsed;
        sourceFile = sourceLine = 0;
        scope = new Scope(module.Scope);
        foreach (VariableSyntax parameter in parsed.Returns.Concat(parsed.Parameters))
        {
            Declare(scope, parameter.Name, parameter);
        }

        Expect('{');
        scope = new Scope(scope);
        for (int depth = 1; depth > 0;)
        {
            if (TryTake('{'))
            {
                scope = new Scope(scope);
                if (++depth > MaxNesting)
                {
                    throw Fault("braces are nested too deeply");
                }
            }
            else if (TryTake('}'))
            {
                scope = scope.Parent!;
                depth--;
            }
            else if (Current.Kind == TokenKind.Directive)
            {
                ParseBodyDirective();
            }
            else if (!TryTake(';'))
            {
                ParseStatement();
            }
        }
    }

    private void ParseBodyDirective()
    {
        Token directive = Take();
        switch (directive.Text)
        {
            case ".reg":
                ParseRegisters();
                break;
            case ".local":
                DeclareVariables(PtxSpace.Local);
                break;
            case ".shared":
                DeclareVariables(PtxSpace.Shared);
                break;
            case ".param":
                DeclareVariables(PtxSpace.Param);
                break;
            case ".loc":
                sourceFile = TakeCount("a file number", int.MaxValue);
                sourceLine = TakeCount("a line", int.MaxValue);
                SkipLine(directive.Line);
                break;
            case ".pragma":
                SkipTo(';');
                break;
            case ".extern" when Current.IsDirective(".shared"):
                position++;
                DeclareVariables(PtxSpace.Shared);
                break;
            case ".maxnreg" or ".minnctapersm" or ".noreturn":
                position--;
                ParseFunctionDirectives(function);
                break;
            default:
                throw new PtxException(directive.Line, directive.Text, "not supported in a function");
        }
    }

    private void DeclareVariables(PtxSpace space)
    {
        foreach (VariableSyntax variable in ParseVariables(space))
        {
            Declare(scope, variable.Name, variable);
            function.Variables.Add(variable);
        }
    }

    private void ParseRegisters()
    {
        PtxType type = PtxType.None;
        while (Current.Kind == TokenKind.Directive)
        {
            Token directive = Take();
            if (directive.Text is ".v2" or ".v4" || !PtxTypes.TryParse(directive.Text[1..], out type) || type == PtxType.B128)
            {
                throw new PtxException(directive.Line, directive.Text, "not supported as the type of a register");
            }
        }

        if (type == PtxType.None)
        {
            throw Fault($"a type expected, '{Current.Text}' found");
        }

        do
        {
            string name = TakeWord("the name of a register");
            if (TryTake('<'))
            {
                ulong count = (ulong)TakeCount("a count", int.MaxValue);
                Expect('>');
                if (!scope.Ranges.TryAdd(name, (type, count)))
                {
                    throw Fault($"'{name}<{count}>' is declared twice");
                }
            }
            else
            {
                Declare(scope, name, new Register(name, type));
            }
        }
        while (TryTake(','));
        Expect(';');
    }

    private void ParseStatement()
    {
        if (Current.Kind == TokenKind.Word && tokens[position + 1].Is(':'))
        {
            ParseLabel();
            return;
        }

        Register? guard = null;
        bool negated = false;
        if (TryTake('@'))
        {
            negated = TryTake('!');
            string name = TakeWord("a predicate");
            guard = scope.Find(name) as Register;
            if (guard is null || guard.Type != PtxType.Pred)
            {
                throw Fault($"'{name}' is no predicate register");
            }
        }

        int line = Current.Line;
        string opcode = TakeWord("an instruction");
        var operands = new List<Operand>();
        while (!TryTake(';'))
        {
            if (operands.Count > 0)
            {
                Expect(',');
            }

            operands.Add(ParseOperand());
        }

        function.Body.Add(new InstructionSyntax
        {
            Line = line,
            Opcode = opcode,
            Operands = [.. operands],
            Guard = guard,
            IsGuardNegated = negated,
            SourceFile = sourceFile,
            SourceLine = sourceLine,
        });
    }

    private void ParseLabel()
    {
        string name = Take().Text;
        Take();
        switch (Current.Text)
        {
            case ".branchtargets" or ".calltargets" when Current.Kind == TokenKind.Directive:
                string kind = Take().Text;
                var labels = new List<SymbolOperand>();
                do
                {
                    labels.Add(new SymbolOperand(TakeWord("a label"), 0, scope));
                }
                while (TryTake(','));
                Expect(';');
                Declare(scope, name, new TableSyntax(kind, [.. labels], null));
                break;
            case ".callprototype" when Current.Kind == TokenKind.Directive:
                Take();
                var prototype = new FunctionSyntax { Name = name, Line = Current.Line, IsEntry = false };
                if (Current.Is('('))
                {
                    prototype.Returns.AddRange(ParseParameters());
                }

                TakeWord("'_'");
                if (Current.Is('('))
                {
                    prototype.Parameters.AddRange(ParseParameters());
                }

                ParseFunctionDirectives(prototype);
                Expect(';');
                Declare(scope, name, new TableSyntax(".callprototype", [], prototype));
                break;
            default:
                Declare(scope, name, new LabelSyntax(name) { Index = function.Body.Count });
                break;
        }
    }
}
