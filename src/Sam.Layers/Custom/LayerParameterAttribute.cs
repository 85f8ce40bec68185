using Sam.Native;

namespace Sam.Layers;

/// <summary>Declares a parameter of a layer of one's own, on the type that implements <see cref="ILayer"/>. The order of the attributes
/// numbers the parameters from 0.</summary>
/// <param name="name">Name of the parameter, such as slope: in the model it is LAYER.slope and the property Slope.</param>
/// <param name="shape">Sizes with an x between them; a size is a number or a symbol of the layer's input: C (its first size), H and W
/// (rows and columns of an
/// input of channels, rows and columns), N (all its elements). Such as C, 10xN or 3x3.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class LayerParameterAttribute(string name, string shape) : Attribute
{
    /// <summary>Name of the parameter.</summary>
    public string Name { get; } = name;

    /// <summary>Its shape, in numbers and symbols.</summary>
    public string Shape { get; } = shape;

    /// <summary>The value every element starts with; 0 unless set. Without effect where <see cref="FanIn"/> is set.</summary>
    public float Initial { get; set; }

    /// <summary>If set, the elements start uniform in [-1 / sqrt(f), 1 / sqrt(f)], f being this product of numbers and symbols, such as N
    /// or Cx9.</summary>
    public string? FanIn { get; set; }

    /// <summary>What the parameter is to its layer; a weight unless set.</summary>
    public ParameterRole Role { get; set; }
}
