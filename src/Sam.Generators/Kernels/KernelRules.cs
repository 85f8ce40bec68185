using Microsoft.CodeAnalysis;

namespace Sam.Generators.Kernels;

/// <summary>The rules for files of kernels, one page each in docs/diagnostics.</summary>
internal static class KernelRules
{
    private const string Category = "Sam.Kernels";

    public static readonly DiagnosticDescriptor UnboundType = Error(
        "SAM1001",
        "A kernel's parameter has a type that C# can pass",
        "Parameter '{0}' of kernel '{1}' cannot be bound: {2}");

    public static readonly DiagnosticDescriptor NotVoid = Error(
        "SAM1002", "A kernel returns void", "Kernel '{0}' returns '{1}'; a kernel returns void and writes its results through pointers");

    public static readonly DiagnosticDescriptor NamesCollide = Error(
        "SAM1003", "Names from a file of kernels differ in C#", "{0} '{1}' and '{2}' both make the C# name '{3}'; rename one of them");

    public static readonly DiagnosticDescriptor Unreadable = Error(
        "SAM1004",
        "A kernel's signature is plain C++",
        "The signature of kernel '{0}' cannot be read: {1}; write it out, without macros or directives");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: $"docs/diagnostics/{id}.md");
}
