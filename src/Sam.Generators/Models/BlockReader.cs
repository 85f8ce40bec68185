using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sam.Generators.Diagnostics;
using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>Reads uses of blocks, and checks the declarations of blocks.</summary>
internal static class BlockReader
{
    private static readonly string[] s_taken = ["Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "ReferenceEquals"];

    /// <summary>The block attribute of a class, or null.</summary>
    public static AttributeData? Find(INamedTypeSymbol type) =>
        type.GetAttributes().FirstOrDefault(static a => a.AttributeClass?.ToDisplayString() == Names.BlockAttribute);

    /// <summary>Reads a use.</summary>
    /// <param name="arguments">The attribute's arguments.</param>
    /// <param name="type">The block.</param>
    /// <param name="around">The blocks it stands in.</param>
    /// <returns>The block with its layers, or with the reason why it cannot be used; null where its attributes are not whole.</returns>
    public static Layer? Read(AttributeArguments arguments, INamedTypeSymbol type, ImmutableStack<INamedTypeSymbol> around)
    {
        BlockArguments numbers = new(arguments.Int(1), arguments.Named("Stride", 1));
        List<Layer> body = [];
        string? fault = Find(type) is null
            ? $"'{type.Name}' is no block; write [Block] in front of its layers, or use a class that has it"
            : around.Contains(type, SymbolEqualityComparer.Default)
                ? $"'{type.Name}' uses itself; write its layers out, or use another block"
                : null;
        if (fault is null)
        {
            foreach (AttributeData attribute in Layers(type))
            {
                if (LayerReader.Read(attribute, numbers, around.Push(type)) is not Layer layer)
                {
                    return null;
                }

                body.Add(layer);
            }

            fault = body.Count == 0 ? $"'{type.Name}' has no layers; write some behind [Block]" : NameFault(type, body);
        }

        return new BlockLayer(arguments.Text(0), type.Name, numbers.Channels, numbers.Stride, new EquatableArray<Layer>(body), fault);
    }

    /// <summary>What is wrong with a block's own declaration. Sizes are checked where it is used.</summary>
    public static IReadOnlyList<Problem> Check(INamedTypeSymbol type, AttributeData block)
    {
        List<Problem> problems = [];
        SyntaxNode? home = Declaration(block);
        HashSet<string> used = [], full = [];
        foreach (AttributeData attribute in Layers(type))
        {
            if (Declaration(attribute) != home)
            {
                problems.Add(new Problem(Rules.TwoDeclarations, attribute, type.Name));
                continue;
            }

            if (LayerReader.Read(attribute, new BlockArguments(1, 1), ImmutableStack.Create(type)) is not Layer layer)
            {
                continue;
            }

            if (layer is BlockLayer { AnyFault: string fault })
            {
                problems.Add(new Problem(Rules.BadBlock, attribute, layer.Title, fault));
            }

            if (BlockNumberCheck.Wrong(attribute) is int number)
            {
                problems.Add(new Problem(Rules.BadBlockNumber, attribute, layer.Title, Literal.Of(number)));
            }

            int before = problems.Count;
            foreach (string name in LayerNameCheck.NamesOf(layer))
            {
                string property = Names.Property(name);
                if (!CanBeProperty(name))
                {
                    problems.Add(new Problem(Rules.BadName, attribute, name, "is not a name for a layer of a block", "letters, digits and underscores, such as conv1"));
                }
                else if (!used.Add(property) | !used.Add(property + LayerNameCheck.ParametersSuffix))
                {
                    problems.Add(new Problem(Rules.DuplicateName, attribute, name, LayerNameCheck.PropertyName(property), type.Name));
                }
            }

            if (LayerNameCheck.Repeated(layer, full) is string repeated && problems.Count == before)
            {
                problems.Add(new Problem(Rules.DuplicateName, attribute, layer.HasName ? layer.Name : repeated, LayerNameCheck.FullName(repeated), type.Name));
            }
        }

        return problems;
    }

    private static bool CanBeProperty(string name) => Names.IsValid(name) && !s_taken.Contains(Names.Property(name));

    // What Check reports at the block keeps a model from using it: the generated text would not compile.
    private static string? NameFault(INamedTypeSymbol type, List<Layer> body)
    {
        HashSet<string> used = [], full = [];
        foreach (string name in body.SelectMany(LayerNameCheck.NamesOf))
        {
            string property = Names.Property(name);
            if (!CanBeProperty(name) || (!used.Add(property) | !used.Add(property + LayerNameCheck.ParametersSuffix)))
            {
                return $"'{type.Name}' has a layer '{name}', which is no name or one that another of its layers has; write another name there";
            }
        }

        string? repeated = body.Select(l => LayerNameCheck.Repeated(l, full)).FirstOrDefault(static r => r is not null);
        return repeated is null ? null : $"'{type.Name}' has two layers of the name '{repeated}'; write another name there";
    }

    // A block of another assembly has no syntax; there the order of the attributes is the order they were written in.
    private static IEnumerable<AttributeData> Layers(INamedTypeSymbol type) =>
        type.GetAttributes().Where(LayerReader.IsLayer).OrderBy(static a => a.ApplicationSyntaxReference?.Span.Start ?? 0);

    private static SyntaxNode? Declaration(AttributeData attribute) =>
        attribute.ApplicationSyntaxReference?.GetSyntax().FirstAncestorOrSelf<TypeDeclarationSyntax>();
}
