namespace Sam.Layers;

/// <summary>The first block of a stage of a wide residual network, where channels or stride change: its shortcut begins behind the first
/// batch normalisation and ReLU and
/// is a convolution of 1x1 (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146).</summary>
[Block]
[BatchNorm2d("bn1"), Relu, StartShortcut]
[Conv2d("conv1", Block.Channels, 3, Stride = Block.Stride, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[BatchNorm2d("bn2"), Relu]
[Conv2d("conv2", Block.Channels, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[AddShortcut(Projection = "convShortcut", Normalize = false)]
public sealed class WideProjectionBlock;
