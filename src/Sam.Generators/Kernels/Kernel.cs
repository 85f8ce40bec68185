using Sam.Generators.Helpers;

namespace Sam.Generators.Kernels;

/// <summary>A kernel: its name in C and the method that launches it.</summary>
internal sealed record Kernel(string Name, string MethodName, string Signature, EquatableArray<KernelParameter> Parameters);
