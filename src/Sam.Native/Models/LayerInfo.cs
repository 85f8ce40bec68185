namespace Sam.Native;

/// <summary>One line of a model's summary; written by the generator.</summary>
/// <param name="Name">The layer's name, or empty for layers without one.</param>
/// <param name="Kind">What it is, with its sizes, such as Conv2d(32, 5x5, padding 2).</param>
/// <param name="OutputShape">Shape of one example after it.</param>
/// <param name="ParameterCount">Elements of its parameters.</param>
/// <param name="Fusion">What it is computed together with, such as "bias, relu"; empty where it stands alone.</param>
public sealed record LayerInfo(string Name, string Kind, Shape OutputShape, int ParameterCount, string Fusion);
