namespace Sam.Layers;

/// <summary>What a residual network begins with on ImageNet: a convolution of 7x7 with stride 2, batch normalisation, ReLU, maximum
/// pooling of 3x3 with stride 2.</summary>
[Block]
[Conv2d("conv1", Block.Channels, 7, Stride = 2, Padding = 3, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[BatchNorm2d("bn1"), Relu]
[MaxPool2d(3, Stride = 2, Padding = 1)]
public sealed class ResNetStem;
