namespace Sam.Layers;

/// <summary>The wide residual network WRN-28-2 for CIFAR (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146): images
/// of 3x32x32, ten classes, the names of xternalz/WideResNet-pytorch. 1,467,610 parameters.</summary>
/// <remarks>For other images and classes see <see cref="WideResNet28Stages"/>.</remarks>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using WideResNet28_2 model = new(device, batchSize: 128, seed: 42);
/// </code>
/// </example>
[Model("3x32x32")]
[Conv2d("conv1", 16, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[Use<WideResNet28Stages>("", 32), Linear("fc", 10)]
public sealed partial class WideResNet28_2;
