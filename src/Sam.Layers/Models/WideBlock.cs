namespace Sam.Layers;

/// <summary>The block of a wide residual network between equal shapes: batch normalisation and ReLU in front of each of two convolutions
/// of 3x3, and the shortcut
/// around all (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146).</summary>
[Block]
[BatchNorm2d("bn1"), Relu]
[Conv2d("conv1", Block.Channels, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[BatchNorm2d("bn2"), Relu]
[Conv2d("conv2", Block.Channels, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[AddShortcut]
public sealed class WideBlock;
