using Sam.Generators.Helpers;

namespace Sam.Generators.Kernels;

/// <summary>A file of kernels: what its bindings are made of.</summary>
internal sealed record KernelFile(
    string FileName, string ClassName, string Text, EquatableArray<Kernel> Kernels, EquatableArray<KernelConstant> Constants);
