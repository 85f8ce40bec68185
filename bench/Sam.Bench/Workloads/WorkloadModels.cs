using Sam.Layers;

namespace Sam.Bench;

/// <summary>The peer's mlp-tiny: 32-64-64-4.</summary>
[Model("32")]
[Linear("fc1", 64), Relu]
[Linear("fc2", 64), Relu]
[Linear("fc3", 4)]
public sealed partial class TinyMlp;

/// <summary>The peer's mlp-mnist: 784-512-256-10.</summary>
[Model("784")]
[Linear("fc1", 512), Relu]
[Linear("fc2", 256), Relu]
[Linear("fc3", 10)]
public sealed partial class MnistMlp;

/// <summary>The peer's lenet-mnist.</summary>
[Model("1x28x28")]
[Conv2d("conv1", 32, 5, Padding = 2), Relu, MaxPool2d(2)]
[Conv2d("conv2", 64, 5, Padding = 2), Relu, MaxPool2d(2)]
[Flatten, Linear("fc1", 256), Relu]
[Linear("fc2", 10)]
public sealed partial class MnistLeNet;

/// <summary>The peer's resnet18-seed: ResNet-18 with 1000 classes over an image of 3x64x64.</summary>
[Model("3x64x64")]
[Use<ResNetStem>("", 64), Use<ResNet18Stages>("", 64), Linear("fc", 1000)]
public sealed partial class SeedResNet18;
