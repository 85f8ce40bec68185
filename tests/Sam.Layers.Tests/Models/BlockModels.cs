using Sam.Native;

namespace Sam.Layers.Tests.Models;

[Model("2x6x5")]
[Conv2d("conv1", 3, 3, Padding = 1, Bias = false), BatchNorm2d("bn1"), Relu]
[Use<BasicBlock>("layer1.0", 3), Use<BasicBlock>("layer2.0", 4, Stride = 2), GlobalAvgPool2d, Linear("fc", 3)]
internal sealed partial class BasicNet;

[Model("4x4x4")]
[Use<Bottleneck>("layer1.0", 1), Use<Bottleneck>("layer1.1", 2, Stride = 2), AdaptiveAvgPool2d(1, 2), Flatten, Linear("fc", 2)]
internal sealed partial class BottleneckNet;

[Model("2x5x5")]
[Conv2d("conv1", 2, 3, Padding = 1), Use<WideProjectionBlock>("block1.layer.0", 3, Stride = 2), Use<WideBlock>("block1.layer.1", 3)]
[BatchNorm2d("bn1"), Relu, GlobalAvgPool2d, Linear("fc", 3)]
internal sealed partial class WideNet;

/// <summary>Shortcuts that begin in front of normalisations of features: around one alone, of a rectified value and of a sum.</summary>
[Block]
[StartShortcut, BatchNorm1d("bn1"), AddShortcut, Relu, Linear("fc2", Block.Channels), Relu]
[StartShortcut, BatchNorm1d("bn2"), Relu, Linear("fc3", Block.Channels), AddShortcut]
[StartShortcut, BatchNorm1d("bn3"), Relu, Linear("fc4", Block.Channels), AddShortcut]
internal sealed class AroundBlock;

[Model("6")]
[Linear("fc1", 5), Use<AroundBlock>("a", 5), Linear("fc5", 3)]
internal sealed partial class AroundNet;

[Model("6")]
[Linear("fc1", 5), BatchNorm1d("bn1"), Relu, LayerNorm("ln1"), Gelu, Linear("fc2", 4, Bias = false), BatchNorm1d("bn2", Affine = false, Epsilon = 1e-3f), Linear("fc3", 3)]
internal sealed partial class FeatureNet;

[Model("4x3x3")]
[GroupNorm("gn1", 2), Conv2d("conv1", 6, 2), Relu, GroupNorm("gn2", 3), Relu, LayerNorm("ln1", Dimensions = 3), AdaptiveAvgPool2d(2, 1), Flatten, Linear("fc", 3)]
internal sealed partial class GroupNet;

/// <summary>Additions whose gradients two layers read, in front of layers that would like to change them in place.</summary>
[Block]
[StartShortcut, Linear("a", Block.Channels), Tanh, AddShortcut, Sigmoid]
[StartShortcut, Linear("b", Block.Channels), Sigmoid, AddShortcut, Relu]
[StartShortcut, AddShortcut, Linear("c", Block.Channels), AddShortcut, Tanh]
internal sealed class TangledBlock;

[Model("5")]
[Linear("fc1", 5), Relu, Use<TangledBlock>("t", 5), Linear("fc2", 2)]
internal sealed partial class TangledNet;

/// <summary>A residual network of ResNet-18's shape that is small enough for many steps.</summary>
[Model("3x16x16")]
[Conv2d("conv1", 8, 3, Padding = 1, Bias = false, Initializer = InitializerKind.KaimingNormal), BatchNorm2d("bn1"), Relu, Use<ResNet18Stages>("", 8), Linear("fc", 5)]
internal sealed partial class SmallResNet;

[Model("5")]
[Linear("fc1", 6), BatchNorm1d("bn1"), Relu, Linear("fc2", 4), BatchNorm1d("bn2", Momentum = 0.3f), Relu]
internal sealed partial class RenewedNet;

[Model("6")]
[Linear("fc1", 8), BatchNorm1d("bn1"), Relu, Dropout(0.3f), Linear("fc2", 3)]
internal sealed partial class BatchNet;
