namespace Sam.Layers;

/// <summary>The wide residual network WRN-28-10 for CIFAR (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146, the network of SAM's
/// published results): images of 3x32x32,
/// ten classes. 36,479,194 parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using WideResNet28_10 model = new(device, batchSize: 128, seed: 42);
/// </code>
/// </example>
[Model("3x32x32")]
[Conv2d("conv1", 16, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[Use<WideProjectionBlock>("block1.layer.0", 160), Use<WideBlock>("block1.layer.1", 160), Use<WideBlock>("block1.layer.2", 160)]
[Use<WideBlock>("block1.layer.3", 160)]
[Use<WideProjectionBlock>("block2.layer.0", 320, Stride = 2), Use<WideBlock>("block2.layer.1", 320), Use<WideBlock>("block2.layer.2", 320)]
[Use<WideBlock>("block2.layer.3", 320)]
[Use<WideProjectionBlock>("block3.layer.0", 640, Stride = 2), Use<WideBlock>("block3.layer.1", 640), Use<WideBlock>("block3.layer.2", 640)]
[Use<WideBlock>("block3.layer.3", 640)]
[BatchNorm2d("bn1"), Relu, GlobalAvgPool2d, Linear("fc", 10)]
public sealed partial class WideResNet28_10;
