namespace Sam.Generators.Kernels;

/// <summary>A parameter of a kernel: its C# name and type.</summary>
internal sealed record KernelParameter(string Name, string Type, string Declaration);
