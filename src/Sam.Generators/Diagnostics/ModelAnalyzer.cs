using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Sam.Generators.Models;

namespace Sam.Generators.Diagnostics;

/// <summary>Reports what is wrong with a model's declaration, at the attribute that says it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        Rules.NotPartial, Rules.UnsupportedClass, Rules.OtherBaseClass, Rules.BadShapeText, Rules.NoParameters, Rules.TwoDeclarations, Rules.LayerWithoutModel,
        Rules.BadName, Rules.DuplicateName, Rules.BadSize, Rules.Misfit, Rules.BadParameter, Rules.UnreachableLayer,
        Rules.BadBlock, Rules.ShortcutOutsideBlock, Rules.ConstantOutsideBlock, Rules.BadBlockNumber,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(Names.ModelAttribute) is INamedTypeSymbol model)
            {
                start.RegisterSymbolAction(c => Analyze(c, model), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, INamedTypeSymbol modelAttribute)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.Symbol;
        AttributeData? model = null, layer = null;
        foreach (AttributeData attribute in type.GetAttributes())
        {
            model ??= SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, modelAttribute) ? attribute : null;
            layer ??= LayerReader.IsLayer(attribute) ? attribute : null;
        }

        if (model is not null)
        {
            ModelReader.Read(type, model, context.Compilation, out IReadOnlyList<Problem> problems);
            foreach (Problem problem in problems)
            {
                Report(context, problem);
            }
        }
        else if (BlockReader.Find(type) is AttributeData block)
        {
            foreach (Problem problem in BlockReader.Check(type, block))
            {
                Report(context, problem);
            }
        }
        else if (layer is not null)
        {
            Report(context, new Problem(Rules.LayerWithoutModel, layer, type.Name));
        }
    }

    private static void Report(SymbolAnalysisContext context, Problem problem) => context.ReportDiagnostic(Diagnostic.Create(
        problem.Descriptor,
        problem.Attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken).GetLocation(),
        problem.Arguments));
}
