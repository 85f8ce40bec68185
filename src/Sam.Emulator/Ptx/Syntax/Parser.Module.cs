namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The parser's part for what stands outside functions.</summary>
internal sealed partial class Parser
{
    private const int NewestMajor = 9;

    private void ParseModule()
    {
        while (Current.Kind != TokenKind.End)
        {
            if (TryTake(';'))
            {
                continue;
            }

            if (Current.Kind != TokenKind.Directive)
            {
                throw Fault($"a directive expected, '{Current.Text}' found");
            }

            ParseModuleDirective();
        }

        if (module.Target == 0)
        {
            throw new PtxException(1, "", "the text has no .target");
        }
    }

    private void ParseModuleDirective()
    {
        Token directive = Take();
        switch (directive.Text)
        {
            case ".version":
                module.Version = Version.TryParse(Current.Text, out Version? version) ? version
                    : throw Fault($"'{Current.Text}' is no version");
                Take();
                if (module.Version.Major is < 6 or > NewestMajor)
                {
                    throw new PtxException(directive.Line, $".version {module.Version}", $"PTX ISA 6.0 to {NewestMajor}.x is supported");
                }

                break;
            case ".target":
                ParseTarget();
                break;
            case ".address_size":
                if (TakeInteger("an address size") != 64)
                {
                    throw new PtxException(directive.Line, ".address_size", "only 64-bit addresses are supported");
                }

                break;
            case ".file":
                int number = TakeCount("a file number", int.MaxValue);
                module.Files[number] = Current.Kind == TokenKind.String ? Take().Text : throw Fault("a file name expected");
                SkipLine(directive.Line);
                break;
            case ".section":
                while (!Current.Is('{') && Current.Kind != TokenKind.End)
                {
                    position++;
                }

                SkipBraces();
                break;
            case ".pragma":
                SkipTo(';');
                break;
            case ".loc":
                SkipLine(directive.Line);
                break;
            case ".extern" or ".visible" or ".weak" or ".common":
                ParseLinked(directive);
                break;
            default:
                position--;
                ParseLinked(directive with { Text = "" });
                break;
        }
    }

    private void ParseTarget()
    {
        do
        {
            string target = TakeWord("a target");
            if (target.StartsWith("sm_", StringComparison.Ordinal))
            {
                string digits = target[3..].TrimEnd('a', 'f');
                module.Target = int.TryParse(digits, out int number) ? number : throw Fault($"'{target}' is no target");
            }
            else if (target.StartsWith("texmode", StringComparison.Ordinal))
            {
                throw Fault("texture modes are not supported", target);
            }
        }
        while (TryTake(','));
    }

    private void ParseLinked(Token linkage)
    {
        bool isExtern = linkage.Text == ".extern";
        Token directive = Take();
        switch (directive.Text)
        {
            case ".entry":
                ParseFunction(true);
                break;
            case ".func":
                ParseFunction(false);
                break;
            case ".global":
                ParseGlobals(PtxSpace.Global, isExtern);
                break;
            case ".const":
                ParseGlobals(PtxSpace.Const, isExtern);
                break;
            case ".shared":
                foreach (VariableSyntax variable in ParseVariables(PtxSpace.Shared))
                {
                    Declare(module.Scope, variable.Name, variable);
                    module.Shared.Add(variable);
                }

                break;
            case ".extern" or ".visible" or ".weak" or ".common":
                ParseLinked(directive);
                break;
            default:
                throw new PtxException(directive.Line, directive.Text, "not supported here");
        }
    }

    private void Declare(Scope scope, string name, object what)
    {
        if (!scope.Names.TryAdd(name, what))
        {
            throw Fault($"'{name}' is declared twice");
        }
    }

    private void ParseFunction(bool isEntry)
    {
        List<VariableSyntax> returns = [];
        if (!isEntry && Current.Is('('))
        {
            returns = ParseParameters();
        }

        int line = Current.Line;
        string name = TakeWord("the name of a function");
        var function = new FunctionSyntax { Name = name, Line = line, IsEntry = isEntry };
        function.Returns.AddRange(returns);
        if (Current.Is('('))
        {
            function.Parameters.AddRange(ParseParameters());
        }

        ParseFunctionDirectives(function);
        if (module.Scope.Names.TryGetValue(name, out object? earlier))
        {
            if (earlier is not FunctionSyntax declared || (declared.HasBody && Current.Is('{')))
            {
                throw Fault($"'{name}' is declared twice");
            }
        }

        if (Current.Is('{'))
        {
            module.Scope.Names[name] = function;
            function.HasBody = true;
            module.Functions.Add(function);
            ParseBody(function);
        }
        else
        {
            module.Scope.Names.TryAdd(name, function);
            Expect(';');
        }
    }

    private void ParseFunctionDirectives(FunctionSyntax function)
    {
        while (Current.Kind == TokenKind.Directive)
        {
            Token directive = Take();
            switch (directive.Text)
            {
                case ".maxntid":
                    function.MaxThreads = ParseShape();
                    break;
                case ".reqntid":
                    function.RequiredThreads = ParseShape();
                    break;
                case ".minnctapersm":
                    function.MinBlocks = TakeCount("a count", 64);
                    break;
                case ".maxnreg" or ".maxnctapersm" or ".maxclusterrank":
                    TakeInteger("a count");
                    break;
                case ".reqnctapercluster":
                    Dim3 cluster = ParseShape();
                    if (cluster.Count != 1)
                    {
                        throw new PtxException(directive.Line, directive.Text, "clusters of more than one block are not supported");
                    }

                    break;
                case ".noreturn" or ".explicitcluster":
                    break;
                case ".pragma":
                    SkipTo(';');
                    break;
                default:
                    throw new PtxException(directive.Line, directive.Text, "not supported on a function");
            }
        }
    }

    private Dim3 ParseShape()
    {
        int x = TakeCount("an extent", int.MaxValue);
        int y = TryTake(',') ? TakeCount("an extent", int.MaxValue) : 1;
        int z = TryTake(',') ? TakeCount("an extent", int.MaxValue) : 1;
        return new Dim3(x, y, z);
    }

    private List<VariableSyntax> ParseParameters()
    {
        var parameters = new List<VariableSyntax>();
        Expect('(');
        while (!TryTake(')'))
        {
            Token directive = Take();
            if (directive.Text is not (".param" or ".reg"))
            {
                throw new PtxException(directive.Line, directive.Text, "a parameter expected");
            }

            parameters.Add(ParseVariable(PtxSpace.Param, ParseVariableType()));
            if (!Current.Is(')'))
            {
                Expect(',');
            }
        }

        return parameters;
    }
}
