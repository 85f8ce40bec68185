namespace Sam.Layers;

/// <summary>What follows the first convolution of a wide residual network of 28 layers, WRN-28 (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146):
/// three stages of 4 blocks, of Block.Channels, 2 and 4 times as many, batch normalisation, ReLU and the global average pooling.</summary>
/// <remarks>Block.Channels is 16 times the width, above 1: 160 for WRN-28-10. With a first convolution and a linear layer around it, a model for other
/// images and classes: [Model("3x64x64"), Conv2d("conv1", 16, 3, Padding = 1, Bias = false),
/// Use&lt;WideResNet28Stages&gt;("", 160), Linear("fc", 200)].
/// Names are those of xternalz/WideResNet-pytorch, which many checkpoints have.</remarks>
[Block]
[Use<WideProjectionBlock>("block1.layer.0", Block.Channels), Use<WideBlock>("block1.layer.1", Block.Channels)]
[Use<WideBlock>("block1.layer.2", Block.Channels), Use<WideBlock>("block1.layer.3", Block.Channels)]
[Use<WideProjectionBlock>("block2.layer.0", Block.Channels * 2, Stride = 2), Use<WideBlock>("block2.layer.1", Block.Channels * 2)]
[Use<WideBlock>("block2.layer.2", Block.Channels * 2), Use<WideBlock>("block2.layer.3", Block.Channels * 2)]
[Use<WideProjectionBlock>("block3.layer.0", Block.Channels * 4, Stride = 2), Use<WideBlock>("block3.layer.1", Block.Channels * 4)]
[Use<WideBlock>("block3.layer.2", Block.Channels * 4), Use<WideBlock>("block3.layer.3", Block.Channels * 4)]
[BatchNorm2d("bn1"), Relu, GlobalAvgPool2d]
public sealed class WideResNet28Stages;
