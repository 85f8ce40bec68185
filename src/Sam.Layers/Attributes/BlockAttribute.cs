namespace Sam.Layers;

/// <summary>Declares a block: layers that models and other blocks use as one, with <see cref="UseAttribute{TBlock}"/>.</summary>
/// <remarks>The layers follow in their order, in one declaration, as in a model. Sizes may be <see cref="Block.Channels"/> and
/// <see cref="Block.Stride"/>, which each use
/// gives anew. <see cref="AddShortcutAttribute"/> adds the block's input. Nothing is generated for the block itself.</remarks>
/// <example>
/// <code>
/// [Block]
/// [Conv2d("conv1", Block.Channels, 3, Stride = Block.Stride, Padding = 1, Bias = false), BatchNorm2d("bn1"), Relu]
/// [Conv2d("conv2", Block.Channels, 3, Padding = 1, Bias = false), BatchNorm2d("bn2")]
/// [AddShortcut(Projection = "downsample"), Relu]
/// public sealed class Residual;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BlockAttribute : Attribute;
