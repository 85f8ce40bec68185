using Microsoft.CodeAnalysis;

namespace Sam.Generators.Models;

/// <summary>Something wrong with a declaration. Lives no longer than the reading of it.</summary>
/// <param name="Descriptor">The rule.</param>
/// <param name="Attribute">The attribute to underline.</param>
/// <param name="Arguments">What the message names.</param>
internal sealed record Problem(DiagnosticDescriptor Descriptor, AttributeData Attribute, params object[] Arguments);
