namespace Sam.Generators.Models.Programs;

/// <summary>A parameter in its place in the weight arena.</summary>
/// <param name="FullName">torch's name, such as conv1.weight.</param>
/// <param name="Declaration">What it is.</param>
/// <param name="Offset">First element, a multiple of <see cref="MemoryPlan.Alignment"/>.</param>
/// <param name="Index">Its number in the order of the layers, from 0.</param>
internal sealed record ParameterSlot(string FullName, ParameterDeclaration Declaration, int Offset, int Index);
