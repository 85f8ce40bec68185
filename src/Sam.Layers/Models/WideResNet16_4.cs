namespace Sam.Layers;

/// <summary>The wide residual network WRN-16-4 for CIFAR (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146): images of 3x32x32,
/// ten classes. 2,748,890 parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using WideResNet16_4 model = new(device, batchSize: 128, seed: 42);
/// </code>
/// </example>
[Model("3x32x32")]
[Conv2d("conv1", 16, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[Use<WideProjectionBlock>("block1.layer.0", 64), Use<WideBlock>("block1.layer.1", 64)]
[Use<WideProjectionBlock>("block2.layer.0", 128, Stride = 2), Use<WideBlock>("block2.layer.1", 128)]
[Use<WideProjectionBlock>("block3.layer.0", 256, Stride = 2), Use<WideBlock>("block3.layer.1", 256)]
[BatchNorm2d("bn1"), Relu, GlobalAvgPool2d, Linear("fc", 10)]
public sealed partial class WideResNet16_4;
