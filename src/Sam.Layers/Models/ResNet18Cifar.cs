namespace Sam.Layers;

/// <summary>ResNet-18 for CIFAR: images of 3x32x32, ten classes, a stem of one convolution of 3x3 without pooling, torchvision's names
/// otherwise. 11,173,962 parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using ResNet18Cifar model = new(device, batchSize: 128, seed: 42);
/// </code>
/// </example>
[Model("3x32x32")]
[Conv2d("conv1", 64, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal), BatchNorm2d("bn1"), Relu]
[Use<ResNet18Stages>("", 64), Linear("fc", 10)]
public sealed partial class ResNet18Cifar;
