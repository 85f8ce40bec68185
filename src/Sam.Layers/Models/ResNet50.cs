namespace Sam.Layers;

/// <summary>ResNet-50 for ImageNet (He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385): images of 3x224x224, 1000 classes, torchvision's
/// names and initial values.
/// 25,557,032 parameters.</summary>
/// <remarks>For other images and classes see <see cref="ResNet50Stages"/>.</remarks>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using ResNet50 model = new(device, batchSize: 8, seed: 42);
/// model.Load("resnet50.safetensors");
/// </code>
/// </example>
[Model("3x224x224")]
[Use<ResNetStem>("", 64), Use<ResNet50Stages>("", 64), Linear("fc", 1000)]
public sealed partial class ResNet50;
