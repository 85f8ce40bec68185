namespace Sam.Layers;

/// <summary>A layer of the program's own.</summary>
/// <typeparam name="TLayer">A type that computes it; see <see cref="ILayer"/>.
/// Its parameters are declared on it with <see cref="LayerParameterAttribute"/>.</typeparam>
/// <param name="name">Name of the layer: its parameters are NAME.PARAMETER, its property is the name in Pascal case.</param>
/// <example>
/// <code>
/// [Model("8x6x6")]
/// [Conv2d("conv1", 4, 3), Layer&lt;PRelu&gt;("act1"), Flatten, Linear("fc", 3)]
/// public sealed partial class Net;
/// </code>
/// </example>
public sealed class LayerAttribute<TLayer>(string name) : ModelLayerAttribute
    where TLayer : ILayer
{
    /// <summary>Name of the layer.</summary>
    public string Name { get; } = name;

    /// <summary>Shape of one output example, such as 64x7x7; that of the input unless set.
    /// The model's constructor compares it with <see cref="ILayer.OutputShape"/>.</summary>
    public string? Output { get; set; }
}
