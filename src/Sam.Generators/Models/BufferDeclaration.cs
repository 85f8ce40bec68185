namespace Sam.Generators.Models;

/// <summary>A buffer of a layer before it has a place.</summary>
/// <param name="Name">Such as running_mean.</param>
/// <param name="Shape">torch's shape; no sizes for a scalar.</param>
/// <param name="Initial">What it starts with, as C#.</param>
/// <param name="IsInteger">Whether it is one 64-bit integer.</param>
internal sealed record BufferDeclaration(string Name, Sizes Shape, string Initial, bool IsInteger);
