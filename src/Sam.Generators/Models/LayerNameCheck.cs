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
        HashSet<string> used = [], full = [];
        foreach ((AttributeData attribute, Layer layer) in layers)
        {
            bool isRight = layer is not BlockLayer { AnyFault: not null };
            foreach (string name in NamesOf(layer))
            {
                isRight &= Check(name, attribute, taken, used, report);
            }

            if (Repeated(layer, full) is string repeated && isRight)
            {
                report(Rules.DuplicateName, attribute, layer.HasName ? layer.Name : repeated, FullName(repeated), type.Name);
            }
        }
    }

    /// <summary>The first full name of a layer, or of those in a block, that is among the names used, to which all of them are added; null
    /// where none is. fc.0 is the layer of that name, and the layer 0 of a block used as fc.</summary>
    public static string? Repeated(Layer layer, HashSet<string> used)
    {
        string? repeated = null;
        foreach (string name in FullNamesOf(layer, "").Where(n => !used.Add(n)))
        {
            repeated ??= name;
        }

        return repeated;
    }

    /// <summary>What <see cref="Rules.DuplicateName"/> says is made twice.</summary>
    public static string FullName(string name) => $"full name {name}";

    /// <summary>What <see cref="Rules.DuplicateName"/> says is made twice.</summary>
    public static string PropertyName(string property) => $"property {property}";

    /// <summary>The names of a layer that make properties where it stands: its own, those of a projection, those of the layers of a block
    /// used without a name.</summary>
    public static IEnumerable<string> NamesOf(Layer layer) => layer switch
    {
        BlockLayer { Name.Length: 0 } block => block.Body.SelectMany(NamesOf),
        AddShortcutLayer { Projection: string projection, Normalize: true } => [projection + ".0", projection + ".1"],
        AddShortcutLayer { Projection: string projection } => [projection],
        { HasName: true } => [layer.Name],
        _ => [],
    };

    private static IEnumerable<string> FullNamesOf(Layer layer, string around) => layer is BlockLayer block
        ? block.Body.SelectMany(l => FullNamesOf(l, block.Name.Length == 0 ? around : $"{around}{block.Name}."))
        : NamesOf(layer).Select(name => around + name);

    private bool Check(string name, AttributeData attribute, HashSet<string> taken, HashSet<string> used, Reporter report)
    {
        string property = Names.Property(name), parameters = property + ParametersSuffix;
        if (!Names.IsValid(name))
        {
            report(Rules.BadName, attribute, name, "is not a name", "letters, digits and underscores, such as conv1");
        }
        else if (property == type.Name || taken.Contains(property) || taken.Contains(parameters))
        {
            report(Rules.BadName, attribute, name, $"makes the property {property}, and {type.Name} has or is that already", "another name");
        }
        else if (!used.Add(property) | !used.Add(parameters))
        {
            report(Rules.DuplicateName, attribute, name, PropertyName(property), type.Name);
        }
        else
        {
            return true;
        }

        return false;
    }

    // Of the class itself only what the user wrote counts: in an analyzer's compilation the generated part is there too.
    private HashSet<string> MemberNames()
    {
        HashSet<string> names = ["GeneratedLayout"];
        for (INamedTypeSymbol? b = compilation.GetTypeByMetadataName(Names.Model); b is not null; b = b.BaseType)
        {
            names.UnionWith(b.GetMembers()
                .Where(static m => m.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal)
                .Select(static m => m.Name));
        }

        names.UnionWith(type.GetMembers()
            .Where(m => m.DeclaringSyntaxReferences.Any(r => !r.SyntaxTree.FilePath.EndsWith(hintName, StringComparison.Ordinal)))
            .Select(static m => m.Name));
        return names;
    }
}
