namespace Sam.Layers;

/// <summary>The wide residual network WRN-16-8 for CIFAR (Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146): images
/// of 3x32x32, ten classes, the names of xternalz/WideResNet-pytorch. 10,961,370 parameters.</summary>
/// <remarks>For other images and classes see <see cref="WideResNet16Stages"/>.</remarks>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using WideResNet16_8 model = new(device, batchSize: 128, seed: 42);
/// </code>
/// </example>
[Model("3x32x32")]
[Conv2d("conv1", 16, 3, Padding = 1, Bias = false, Initializer = Native.InitializerKind.KaimingNormal)]
[Use<WideResNet16Stages>("", 128), Linear("fc", 10)]
public sealed partial class WideResNet16_8;
