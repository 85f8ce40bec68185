using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sam.Generators.Diagnostics;
using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>Reads and checks a model's declaration. The generator takes the result, the analyzer the problems: they cannot
/// disagree.</summary>
internal sealed class ModelReader
{
    private const string TooManyElements =
        "an example or the model's parameters would have more than 2147483647 elements; write smaller sizes";

    // As the compiler reads them: a name that is a keyword gets its @.
    private static readonly SymbolDisplayFormat s_written =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    private static readonly SymbolDisplayFormat s_identifier =
        new(miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private readonly INamedTypeSymbol _type;
    private readonly AttributeData _model;
    private readonly List<Problem> _problems = [];
    private bool _isWhole = true;

    private ModelReader(INamedTypeSymbol type, AttributeData model)
    {
        _type = type;
        _model = model;
    }

    /// <summary>Reads a class with a model attribute.</summary>
    /// <param name="type">The class.</param>
    /// <param name="model">Its model attribute.</param>
    /// <param name="compilation">Where Sam.Native.Model is looked up.</param>
    /// <param name="problems">What is wrong.</param>
    /// <returns>The declaration; null where something is wrong, with it or with the C# around it.</returns>
    public static ModelDeclaration? Read(
        INamedTypeSymbol type, AttributeData model, Compilation compilation, out IReadOnlyList<Problem> problems)
    {
        ModelReader reader = new(type, model);
        problems = reader._problems;
        return reader.Read(compilation);
    }

    private ModelDeclaration? Read(Compilation compilation)
    {
        CheckClass();
        string text = new AttributeArguments(_model) is { AreWhole: true } arguments ? arguments.Text(0) : "";
        bool hasInput = Sizes.TryParse(text, out Sizes input);
        if (!hasInput)
        {
            Report(Rules.BadShapeText, _model, text);
        }

        List<(AttributeData Attribute, Layer Layer)> layers = ReadLayers();
        new LayerNameCheck(_type, HintName, compilation).Check(layers, Report);
        foreach ((AttributeData attribute, Layer layer) in layers)
        {
            if (layer is AddShortcutLayer or StartShortcutLayer)
            {
                Report(Rules.ShortcutOutsideBlock, attribute, layer.Kind, _type.Name);
            }
            else if (new AttributeArguments(attribute).Numbers.Any(BlockArguments.IsConstant))
            {
                Report(Rules.ConstantOutsideBlock, attribute, layer.Title, _type.Name);
            }
            else if ((layer as BlockLayer)?.AnyFault is string fault)
            {
                Report(Rules.BadBlock, attribute, layer.Title, fault);
            }
            else if (layer.WrongSize() is string wrong)
            {
                Report(Rules.BadSize, attribute, layer.Title, wrong);
            }

            if (layer is CustomLayer && attribute.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol { IsFileLocal: true } local)
            {
                Report(Rules.UnreachableLayer, attribute, local.Name);
            }

            if (layer is CustomLayer { OutputText: string output } && !Sizes.TryParse(output, out _))
            {
                Report(Rules.BadShapeText, attribute, output);
            }
        }

        if (_problems.Count == 0 && _isWhole)
        {
            InferShapes(layers, input);
        }

        return _problems.Count > 0 || !_isWhole
            ? null
            : new ModelDeclaration(
                _type.ContainingNamespace.IsGlobalNamespace ? "" : _type.ContainingNamespace.ToDisplayString(s_written),
                _type.ToDisplayString(s_identifier),
                new EquatableArray<string>(ContainingTypes().Select(Header)),
                HintName,
                input,
                new EquatableArray<Layer>(layers.Select(static l => l.Layer)));
    }

    // Full metadata name; a plus between nested types would be refused in a file name by nobody, but reads badly.
    private string HintName => string.Join(
        ".", new[] { _type.ContainingNamespace.IsGlobalNamespace ? "" : _type.ContainingNamespace.ToDisplayString() }
            .Concat(ContainingTypes().Select(static t => t.MetadataName)).Append(_type.MetadataName).Where(static n => n.Length > 0))
        .Replace('`', '_').Replace("@", "") + ".g.cs";

    private void Report(DiagnosticDescriptor rule, AttributeData attribute, params object[] arguments) =>
        _problems.Add(new Problem(rule, attribute, arguments));

    private IEnumerable<INamedTypeSymbol> ContainingTypes()
    {
        Stack<INamedTypeSymbol> types = [];
        for (INamedTypeSymbol? type = _type.ContainingType; type is not null; type = type.ContainingType)
        {
            types.Push(type);
        }

        return types;
    }

    private void CheckClass()
    {
        foreach (INamedTypeSymbol type in ContainingTypes().Append(_type))
        {
            if (!type.DeclaringSyntaxReferences.Any(static r => IsPartial(r.GetSyntax())))
            {
                Report(Rules.NotPartial, _model, _type.Name, type.Name);
            }

            string? kind = type.Arity > 0 ? "generic" : type.IsFileLocal ? "file-local" : null;
            if (type.Equals(_type, SymbolEqualityComparer.Default))
            {
                kind ??= type.IsStatic ? "static" : type.IsAbstract ? "abstract" : type.IsRecord ? "a record" : null;
            }

            if (kind is not null)
            {
                Report(Rules.UnsupportedClass, _model, _type.Name, type.Name, kind);
            }
        }

        if (_type.BaseType is { SpecialType: not SpecialType.System_Object } other && other.ToDisplayString() != Names.Model)
        {
            Report(Rules.OtherBaseClass, _model, _type.Name, other.ToDisplayString());
        }
    }

    private List<(AttributeData Attribute, Layer Layer)> ReadLayers()
    {
        List<(AttributeData Attribute, Layer Layer)> layers = [];
        SyntaxNode? home = Declaration(_model);
        foreach (AttributeData attribute in _type.GetAttributes()
            .Where(LayerReader.IsLayer)
            .OrderBy(static a => a.ApplicationSyntaxReference?.Span.Start ?? 0))
        {
            if (Declaration(attribute) != home)
            {
                Report(Rules.TwoDeclarations, attribute, _type.Name);
            }
            else if (LayerReader.Read(attribute) is Layer layer)
            {
                layers.Add((attribute, layer));
            }
            else
            {
                _isWhole = false;
            }
        }

        return layers;
    }

    private void InferShapes(List<(AttributeData Attribute, Layer Layer)> layers, Sizes shape)
    {
        long arena = 0;
        foreach ((AttributeData attribute, Layer layer) in layers)
        {
            if (layer.Misfit(shape) is string misfit)
            {
                Report(Rules.Misfit, attribute, layer.Title, shape, misfit);
                return;
            }

            if ((layer as CustomLayer)?.WrongParameter(shape) is string wrong)
            {
                Report(Rules.BadParameter, attribute, layer.Title, wrong);
                return;
            }

            foreach (ParameterDeclaration parameter in layer.Parameters(shape))
            {
                // A product that is too large stays above int.MaxValue, so the sum tells it too.
                arena += Programs.MemoryPlan.Align(parameter.Shape.Count);
            }

            Sizes output = layer.Output(shape);
            if (output.Count > int.MaxValue || arena > int.MaxValue - Programs.MemoryPlan.Alignment)
            {
                Report(Rules.Misfit, attribute, layer.Title, shape, TooManyElements);
                return;
            }

            shape = output;
        }

        if (arena == 0)
        {
            Report(Rules.NoParameters, _model, _type.Name);
        }
    }

    private static bool IsPartial(SyntaxNode declaration) =>
        declaration is TypeDeclarationSyntax type && type.Modifiers.Any(static m => m.ValueText == "partial");

    private static SyntaxNode? Declaration(AttributeData attribute) =>
        attribute.ApplicationSyntaxReference?.GetSyntax().FirstAncestorOrSelf<TypeDeclarationSyntax>();

    private static string Header(INamedTypeSymbol type) => "partial "
        + (type.IsRecord ? "record " : "")
        + (type.TypeKind switch
        {
            TypeKind.Struct => "struct",
            TypeKind.Interface => "interface",
            _ => "class",
        })
        + " " + type.ToDisplayString(s_identifier);
}
