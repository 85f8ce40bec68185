namespace Sam.Generators.Models.Programs;

/// <summary>A buffer in its place in the buffer memory.</summary>
/// <param name="FullName">torch's name, such as bn1.running_mean.</param>
/// <param name="Declaration">What it is.</param>
/// <param name="Offset">First element, a multiple of <see cref="MemoryPlan.Alignment"/>.</param>
internal sealed record BufferSlot(string FullName, BufferDeclaration Declaration, int Offset);
