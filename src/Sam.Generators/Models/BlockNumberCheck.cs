using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sam.Generators.Models;

/// <summary>Whether the numbers of a block's layer are what they look like: a block's constants are numbers too, told from others by their size.</summary>
internal static class BlockNumberCheck
{
    /// <summary>The first number of a layer's attribute that would be read as another than was meant, or null.</summary>
    public static int? Wrong(AttributeData attribute)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax() is not AttributeSyntax { ArgumentList.Arguments: var arguments })
        {
            return null;
        }

        int position = 0;
        foreach (AttributeArgumentSyntax argument in arguments)
        {
            int? number = (argument.NameEquals is { } name
                ? attribute.NamedArguments.FirstOrDefault(a => a.Key == name.Name.Identifier.ValueText).Value
                : attribute.ConstructorArguments[position++]) is { Kind: TypedConstantKind.Primitive, Value: int value } ? value : null;
            if (number is int written && IsWrong(written, argument.Expression))
            {
                return written;
            }
        }

        return null;
    }

    private static bool IsWrong(int number, ExpressionSyntax expression)
    {
        bool isLarge = number >= BlockArguments.SmallestShare;
        return !BlockArguments.CanSubstitute(number)
            || (isLarge && !expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any())
            || (!isLarge && expression.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>().Any(IsConstant));
    }

    private static bool IsConstant(MemberAccessExpressionSyntax access) => access is { Name.Identifier.ValueText: "Channels" or "Stride" }
        && access.Expression is IdentifierNameSyntax { Identifier.ValueText: "Block" } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Block" };
}
