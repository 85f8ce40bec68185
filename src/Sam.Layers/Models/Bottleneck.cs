namespace Sam.Layers;

/// <summary>The residual block of ResNet-50 and deeper: convolutions of 1x1, 3x3 (with the stride, as torchvision has it) and 1x1 to four
/// times the channels, and
/// the shortcut, with a projection named downsample where shapes differ (He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385). Names are
/// torchvision's.</summary>
[Block]
[Conv2d("conv1", Block.Channels, 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal), BatchNorm2d("bn1"), Relu]
[Conv2d("conv2", Block.Channels, 3, Stride = Block.Stride, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[BatchNorm2d("bn2"), Relu]
[Conv2d("conv3", Block.Channels * 4, 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal), BatchNorm2d("bn3")]
[AddShortcut(Projection = "downsample"), Relu]
public sealed class Bottleneck;
