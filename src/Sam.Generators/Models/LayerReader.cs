using Microsoft.CodeAnalysis;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>Turns a layer attribute into a layer. A new kind of layer is one line here, one attribute in Sam.Layers and one record in Models/Layers.</summary>
internal static class LayerReader
{
    /// <summary>The names of the attributes' classes.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "LinearAttribute", "Conv2dAttribute", "MaxPool2dAttribute", "AvgPool2dAttribute", "FlattenAttribute", "DropoutAttribute", "ReluAttribute",
        "GeluAttribute", "SiluAttribute", "TanhAttribute", "SigmoidAttribute", "LayerAttribute`1",
    ];

    public static bool IsLayer(AttributeData attribute) =>
        attribute.AttributeClass?.BaseType?.ToDisplayString() == Names.ModelLayerAttribute;

    /// <summary>Reads an attribute.</summary>
    /// <returns>The layer, or null where the attribute is not whole.</returns>
    public static Layer? Read(AttributeData attribute)
    {
        AttributeArguments arguments = new(attribute);
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
            _ => null,
        };
    }
}
