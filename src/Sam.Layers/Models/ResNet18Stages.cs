namespace Sam.Layers;

/// <summary>The four stages of ResNet-18 behind its stem, and the global average pooling: layer1 to layer4, of Block.Channels, 2, 4 and 8
/// times as many.</summary>
/// <remarks>With a stem and a linear layer around it, a model for inputs of any size:
/// [Model("3x64x64"), Use&lt;ResNetStem&gt;("", 64), Use&lt;ResNet18Stages&gt;("", 64), Linear("fc", 1000)].</remarks>
[Block]
[Use<BasicBlock>("layer1.0", Block.Channels), Use<BasicBlock>("layer1.1", Block.Channels)]
[Use<BasicBlock>("layer2.0", Block.Channels * 2, Stride = 2), Use<BasicBlock>("layer2.1", Block.Channels * 2)]
[Use<BasicBlock>("layer3.0", Block.Channels * 4, Stride = 2), Use<BasicBlock>("layer3.1", Block.Channels * 4)]
[Use<BasicBlock>("layer4.0", Block.Channels * 8, Stride = 2), Use<BasicBlock>("layer4.1", Block.Channels * 8)]
[GlobalAvgPool2d]
public sealed class ResNet18Stages;
