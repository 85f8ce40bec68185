using Microsoft.CodeAnalysis;

namespace Sam.Generators.Kernels;

/// <summary>Something that cannot be bound: the rule, where in the text, and the words of the message.</summary>
internal sealed record KernelProblem(DiagnosticDescriptor Rule, int Start, int Length, params object[] Arguments);
