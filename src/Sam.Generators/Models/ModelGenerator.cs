using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sam.Generators.Models;

/// <summary>Completes classes with a model attribute: constructor, typed parameters, forward and backward pass.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step whose result is the checked declaration.</summary>
    internal const string DeclarationStep = "ModelDeclaration";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ModelDeclaration?> models = context.SyntaxProvider
            .ForAttributeWithMetadataName(Names.ModelAttribute, static (node, _) => node is TypeDeclarationSyntax, static (c, _) => Read(c))
            .WithTrackingName(DeclarationStep);
        context.RegisterSourceOutput(
            models.Where(static m => m is not null), static (c, model) => c.AddSource(model!.HintName, ModelWriter.Write(model)));
    }

    private static ModelDeclaration? Read(GeneratorAttributeSyntaxContext context) => ModelReader.Read(
        (INamedTypeSymbol)context.TargetSymbol, context.Attributes[0], context.SemanticModel.Compilation, out IReadOnlyList<Problem> _);
}
