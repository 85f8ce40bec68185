namespace Sam.Layers;

/// <summary>The residual block of ResNet-18 and ResNet-34: two convolutions of 3x3 with batch normalisation, the first with the stride,
/// and the shortcut, with a
/// projection named downsample where shapes differ (He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385). Names are torchvision's.</summary>
[Block]
[Conv2d("conv1", Block.Channels, 3, Stride = Block.Stride, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[BatchNorm2d("bn1"), Relu]
[Conv2d("conv2", Block.Channels, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal), BatchNorm2d("bn2")]
[AddShortcut(Projection = "downsample"), Relu]
public sealed class BasicBlock;
