using Microsoft.CodeAnalysis;

namespace Sam.Generators.Diagnostics;

/// <summary>The rules, one page each in docs/diagnostics.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Error(
        "SAM0001", "A model is partial", "Model '{0}' cannot be completed: '{1}' is not partial; write 'partial class {1}'");

    public static readonly DiagnosticDescriptor UnsupportedClass = Error(
        "SAM0002",
        "A model is a plain class",
        "Model '{0}' cannot be completed: '{1}' is {2}; write a partial class that is neither generic, static, abstract, file-local nor a record");

    public static readonly DiagnosticDescriptor OtherBaseClass = Error(
        "SAM0003",
        "A model's base class is Model",
        "Model '{0}' derives from '{1}', but its base class is Sam.Native.Model; remove '{1}' and keep an object of it in a property");

    public static readonly DiagnosticDescriptor BadShapeText = Error(
        "SAM0004",
        "A shape is sizes with an x between them",
        "'{0}' is not a shape; write one to six positive sizes with an x between them, such as 3x32x32, without the batch");

    public static readonly DiagnosticDescriptor NoParameters = Error(
        "SAM0005",
        "A model has parameters",
        "Model '{0}' has no layer with parameters, so nothing in it can be trained; add one, such as Linear(\"fc\", 10)");

    public static readonly DiagnosticDescriptor TwoDeclarations = Error(
        "SAM0006", "Layers stand in one declaration", "This layer of '{0}' is not in the declaration that has [Model] or [Block], so its place among the layers is open; move it there");

    public static readonly DiagnosticDescriptor LayerWithoutModel = Error(
        "SAM0007", "A layer belongs to a model", "'{0}' has layers but is no model; write [Model(\"3x32x32\")], with the shape of one input example, in front of them, or [Block]");

    public static readonly DiagnosticDescriptor BadName = Error(
        "SAM0008", "A layer's name makes a property", "The layer name '{0}' {1}; write {2}");

    public static readonly DiagnosticDescriptor DuplicateName = Error(
        "SAM0009",
        "Layer names differ",
        "The layer name '{0}' makes the {1}, which another layer of '{2}' makes already; write another name");

    public static readonly DiagnosticDescriptor BadSize = Error(
        "SAM0010", "A layer's sizes are in range", "{0}: {1}");

    public static readonly DiagnosticDescriptor Misfit = Error(
        "SAM0011", "A layer fits its input", "{0} does not fit its input of {1}: {2}");

    public static readonly DiagnosticDescriptor BadParameter = Error(
        "SAM0012", "A layer parameter's shape can be computed", "{0}: {1}");

    public static readonly DiagnosticDescriptor UnreachableLayer = Error(
        "SAM0013",
        "A layer's type can be named in generated code",
        "Layer type '{0}' is file-local, and generated code stands in another file; remove 'file'");

    public static readonly DiagnosticDescriptor BadBlock = Error(
        "SAM0014", "What is used is a block", "{0}: {1}");

    public static readonly DiagnosticDescriptor ShortcutOutsideBlock = Error(
        "SAM0015", "A shortcut stands in a block", "{0} stands in model '{1}' itself, where there is no block's input to add; put it, with the layers it goes around, in a class with [Block] and use that");

    public static readonly DiagnosticDescriptor ConstantOutsideBlock = Error(
        "SAM0016", "Block's constants stand in blocks", "{0}: Block.Channels and Block.Stride stand for what a use gives a block; '{1}' is a model, so write the number");

    public static readonly DiagnosticDescriptor BadBlockNumber = Error(
        "SAM0017",
        "A number in a block is a size, Block.Stride or a share of Block.Channels",
        "{0}: the number {1} cannot be told from an expression of Block's constants; write a number below 1048576, Block.Stride itself, or Block.Channels times or divided by whole numbers, down to a sixteenth");

    private const string Category = "Sam.Models";

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: $"docs/diagnostics/{id}.md");
}
