using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>Turns a layer attribute into a layer. A new kind of layer is one line here, one attribute in Sam.Layers and one record in
/// Models/Layers.</summary>
internal static class LayerReader
{
    /// <summary>The names of the attributes' classes.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "LinearAttribute", "Conv2dAttribute", "MaxPool2dAttribute", "AvgPool2dAttribute", "FlattenAttribute", "DropoutAttribute", "ReluAttribute",
        "GeluAttribute", "SiluAttribute", "TanhAttribute", "SigmoidAttribute", "LayerAttribute`1", "BatchNorm1dAttribute",
        "BatchNorm2dAttribute", "LayerNormAttribute", "GroupNormAttribute", "GlobalAvgPool2dAttribute", "AdaptiveAvgPool2dAttribute",
        "UseAttribute`1", "AddShortcutAttribute", "StartShortcutAttribute",
    ];

    public static bool IsLayer(AttributeData attribute) =>
        attribute.AttributeClass?.BaseType?.ToDisplayString() == Names.ModelLayerAttribute;

    /// <summary>Reads an attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="block">What stands for a block's constants, or null outside of blocks.</param>
    /// <param name="around">The blocks that it stands in, outermost first.</param>
    /// <returns>The layer, or null where the attribute is not whole.</returns>
    public static Layer? Read(AttributeData attribute, BlockArguments? block = null, ImmutableStack<INamedTypeSymbol>? around = null)
    {
        AttributeArguments arguments = new(attribute, block);
        if (!arguments.AreWhole)
        {
            return null;
        }

        return attribute.AttributeClass!.MetadataName switch
        {
            "LinearAttribute" => LinearLayer.Read(arguments),
            "Conv2dAttribute" => Conv2dLayer.Read(arguments),
            "MaxPool2dAttribute" => Pool2dLayer.Read(arguments, average: false),
            "AvgPool2dAttribute" => Pool2dLayer.Read(arguments, average: true),
            "FlattenAttribute" => new FlattenLayer(),
            "DropoutAttribute" => new DropoutLayer(arguments.Float(0)),
            "ReluAttribute" => new ActivationLayer("Relu"),
            "GeluAttribute" => new ActivationLayer(arguments.Named("Approximate", false) ? "GeluTanh" : "Gelu"),
            "SiluAttribute" => new ActivationLayer("Silu"),
            "TanhAttribute" => new ActivationLayer("Tanh"),
            "SigmoidAttribute" => new ActivationLayer("Sigmoid"),
            "LayerAttribute`1" when attribute.AttributeClass.TypeArguments[0].TypeKind != TypeKind.Error =>
                CustomLayer.Read(arguments, attribute.AttributeClass.TypeArguments[0]),
            "BatchNorm1dAttribute" => BatchNormLayer.Read(arguments, rows: false),
            "BatchNorm2dAttribute" => BatchNormLayer.Read(arguments, rows: true),
            "LayerNormAttribute" => LayerNormLayer.Read(arguments),
            "GroupNormAttribute" => GroupNormLayer.Read(arguments),
            "GlobalAvgPool2dAttribute" => new AdaptiveAvgPool2dLayer(1, 1, IsGlobal: true),
            "AdaptiveAvgPool2dAttribute" => new AdaptiveAvgPool2dLayer(arguments.Int(0), arguments.Int(arguments.Count - 1), IsGlobal: false),
            "UseAttribute`1" when attribute.AttributeClass.TypeArguments[0] is INamedTypeSymbol { TypeKind: not TypeKind.Error } type =>
                BlockReader.Read(arguments, type, around ?? ImmutableStack<INamedTypeSymbol>.Empty),
            "AddShortcutAttribute" => new AddShortcutLayer(
                arguments.Named<string?>("Projection", null), arguments.Named("Normalize", true), arguments.Named<int?>("Stride", null)),
            "StartShortcutAttribute" => new StartShortcutLayer(),
            _ => null,
        };
    }
}
