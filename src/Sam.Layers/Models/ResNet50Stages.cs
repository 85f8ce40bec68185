namespace Sam.Layers;

/// <summary>The four stages of ResNet-50 behind its stem, and the global average pooling: layer1 to layer4, bottlenecks of Block.Channels, 2, 4
/// and 8 times as many, whose outputs have four times their channels.</summary>
/// <remarks>With a stem and a linear layer around it, a model for inputs and classes of any number:
/// [Model("3x64x64"), Use&lt;ResNetStem&gt;("", 64), Use&lt;ResNet50Stages&gt;("", 64), Linear("fc", 200)].</remarks>
[Block]
[Use<Bottleneck>("layer1.0", Block.Channels), Use<Bottleneck>("layer1.1", Block.Channels), Use<Bottleneck>("layer1.2", Block.Channels)]
[Use<Bottleneck>("layer2.0", Block.Channels * 2, Stride = 2), Use<Bottleneck>("layer2.1", Block.Channels * 2)]
[Use<Bottleneck>("layer2.2", Block.Channels * 2), Use<Bottleneck>("layer2.3", Block.Channels * 2)]
[Use<Bottleneck>("layer3.0", Block.Channels * 4, Stride = 2), Use<Bottleneck>("layer3.1", Block.Channels * 4)]
[Use<Bottleneck>("layer3.2", Block.Channels * 4), Use<Bottleneck>("layer3.3", Block.Channels * 4)]
[Use<Bottleneck>("layer3.4", Block.Channels * 4), Use<Bottleneck>("layer3.5", Block.Channels * 4)]
[Use<Bottleneck>("layer4.0", Block.Channels * 8, Stride = 2), Use<Bottleneck>("layer4.1", Block.Channels * 8)]
[Use<Bottleneck>("layer4.2", Block.Channels * 8)]
[GlobalAvgPool2d]
public sealed class ResNet50Stages;
