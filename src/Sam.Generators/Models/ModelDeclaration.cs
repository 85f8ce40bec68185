using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>A model as its attributes declare it, checked: all that the generated text is a function of.</summary>
/// <param name="Namespace">Namespace, or empty.</param>
/// <param name="Name">The class.</param>
/// <param name="ContainingTypes">Headers of the types around it, outermost first, such as "partial class Outer".</param>
/// <param name="HintName">Name of the generated file.</param>
/// <param name="Input">Shape of one input example.</param>
/// <param name="Layers">The layers in order.</param>
internal sealed record ModelDeclaration(
    string Namespace, string Name, EquatableArray<string> ContainingTypes, string HintName, Sizes Input, EquatableArray<Layer> Layers);
