namespace Sam.Generators.Models;

/// <summary>A parameter of a layer before it has a place: its name inside the layer, sizes, and how it starts.</summary>
/// <param name="Name">Such as weight.</param>
/// <param name="Shape">torch's shape.</param>
/// <param name="Role">Name of a value of Sam.Native.ParameterRole.</param>
/// <param name="Initializer">Name of a factory method of Sam.Native.Initializer.</param>
/// <param name="InitializerArgument">Its argument, as C#.</param>
internal sealed record ParameterDeclaration(string Name, Sizes Shape, string Role, string Initializer, string InitializerArgument);
