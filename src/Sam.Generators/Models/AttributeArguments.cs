using Microsoft.CodeAnalysis;

namespace Sam.Generators.Models;

/// <summary>The arguments of an attribute by position and by name.</summary>
/// <param name="attribute">The attribute.</param>
/// <param name="block">What stands for a block's constants, or null outside of blocks.</param>
internal sealed class AttributeArguments(AttributeData attribute, BlockArguments? block = null)
{
    /// <summary>Whether the compiler could make sense of all arguments; what it could not is its own error.</summary>
    public bool AreWhole => attribute.AttributeConstructor is not null
        && attribute.ConstructorArguments.All(static a => a.Kind != TypedConstantKind.Error)
        && attribute.NamedArguments.All(static a => a.Value.Kind != TypedConstantKind.Error);

    /// <summary>The numbers among them, as they are written.</summary>
    public IEnumerable<int> Numbers => attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(static a => a.Value))
        .Where(static a => a.Kind == TypedConstantKind.Primitive)
        .Select(static a => a.Value)
        .OfType<int>();

    public int Count => attribute.ConstructorArguments.Length;

    public string Text(int index) => attribute.ConstructorArguments[index].Value as string ?? "";

    public int Int(int index) => Substitute((int)attribute.ConstructorArguments[index].Value!);

    public float Float(int index) => (float)attribute.ConstructorArguments[index].Value!;

    public T Named<T>(string name, T absent)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name)
            {
                return argument.Value.Value is not T value ? absent : value is int number ? (T)(object)Substitute(number) : value;
            }
        }

        return absent;
    }

    /// <summary>The member of an enum that a named argument is.</summary>
    public string NamedMember(string name, string absent)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Type is INamedTypeSymbol type)
            {
                return type.GetMembers()
                    .OfType<IFieldSymbol>()
                    .FirstOrDefault(f => f.HasConstantValue && Equals(f.ConstantValue, argument.Value.Value))?.Name ?? absent;
            }
        }

        return absent;
    }

    private int Substitute(int value) => block?.Substitute(value) ?? value;
}
