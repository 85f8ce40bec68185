using Microsoft.CodeAnalysis;
using Sam.Generators.Diagnostics;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>Whether the layers' names can be the names of properties of the model.</summary>
internal sealed class LayerNameCheck(INamedTypeSymbol type, string hintName, Compilation compilation)
{
    /// <summary>What a layer's class of parameters is called after its property.</summary>
    public const string ParametersSuffix = "Parameters";

    public delegate void Reporter(DiagnosticDescriptor rule, AttributeData attribute, params object[] arguments);

    public void Check(IReadOnlyList<(AttributeData Attribute, Layer Layer)> layers, Reporter report)
    {
        HashSet<string> taken = MemberNames();
        HashSet<string> used = [];
        foreach ((AttributeData attribute, Layer layer) in layers)
        {
            if (layer is not (LinearLayer or Conv2dLayer or CustomLayer))
            {
                continue;
            }

            string property = Names.Property(layer.Name), parameters = property + ParametersSuffix;
            if (!Names.IsValid(layer.Name))
            {
                report(Rules.BadName, attribute, layer.Name, "is not a name", "letters, digits and underscores, such as conv1");
            }
            else if (property == type.Name || taken.Contains(property) || taken.Contains(parameters))
            {
                report(Rules.BadName, attribute, layer.Name, $"makes the property {property}, and {type.Name} has or is that already", "another name");
            }
            else if (!used.Add(property) | !used.Add(parameters))
            {
                report(Rules.DuplicateName, attribute, layer.Name, property, type.Name);
            }
        }
    }

    // Of the class itself only what the user wrote counts: in an analyzer's compilation the generated part is there too.
    private HashSet<string> MemberNames()
    {
        HashSet<string> names = ["GeneratedLayout"];
        for (INamedTypeSymbol? b = compilation.GetTypeByMetadataName(Names.Model); b is not null; b = b.BaseType)
        {
            names.UnionWith(b.GetMembers()
                .Where(static m => m.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal or Accessibility.ProtectedAndInternal))
                .Select(static m => m.Name));
        }

        names.UnionWith(type.GetMembers()
            .Where(m => m.DeclaringSyntaxReferences.Any(r => !r.SyntaxTree.FilePath.EndsWith(hintName, StringComparison.Ordinal)))
            .Select(static m => m.Name));
        return names;
    }
}
