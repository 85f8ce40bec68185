namespace Sam.Native;

/// <summary>Where a parameter lies in the weight arena and what it is; written by the generator, the same for every instance of a model.</summary>
/// <param name="Name">torch's name, such as conv1.weight.</param>
/// <param name="Shape">torch's shape: (out, in) for a linear layer, (out, in / groups, rows, columns) for a convolution.</param>
/// <param name="Offset">First element in the arena, a multiple of 16 so that every tensor starts at 64 bytes.</param>
/// <param name="Role">What it is to its layer.</param>
/// <param name="Initializer">How its values are drawn.</param>
public sealed record ParameterInfo(string Name, Shape Shape, int Offset, ParameterRole Role, Initializer Initializer)
{
    /// <summary>Number of elements.</summary>
    public int Count => Shape.Count;
}
