namespace Sam.Generators.Kernels;

/// <summary>A constant that a file lets its compiler set: its name in C, the C# parameter, its type and its default as C# writes
/// it.</summary>
internal sealed record KernelConstant(string Name, string ParameterName, string Type, string Default);
