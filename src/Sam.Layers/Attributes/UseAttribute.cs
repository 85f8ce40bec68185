namespace Sam.Layers;

/// <summary>Puts a block's layers here.</summary>
/// <typeparam name="TBlock">The block: a class with <see cref="BlockAttribute"/>.</typeparam>
/// <param name="name">Name of this use, with dots as torch writes them: parameters are NAME.LAYER.PARAMETER, such as
/// layer2.0.conv1.weight. Empty, the layers keep
/// their own names, as if they stood here.</param>
/// <param name="channels">What <see cref="Block.Channels"/> stands for in the block, at least 1.</param>
/// <example>
/// <code>
/// [Use&lt;BasicBlock&gt;("layer2.0", 128, Stride = 2), Use&lt;BasicBlock&gt;("layer2.1", 128)]
/// </code>
/// </example>
public sealed class UseAttribute<TBlock>(string name, int channels) : ModelLayerAttribute
    where TBlock : class
{
    /// <summary>Name of this use.</summary>
    public string Name { get; } = name;

    /// <summary>What <see cref="Block.Channels"/> stands for.</summary>
    public int Channels { get; } = channels;

    /// <summary>What <see cref="Block.Stride"/> stands for; 1 unless set.</summary>
    public int Stride { get; set; } = 1;
}
