namespace Sam.Layers;

/// <summary>ResNet-50 for ImageNet (He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385): images of 3x224x224, 1000 classes, torchvision's
/// names and initial values.
/// 25,557,032 parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using ResNet50 model = new(device, batchSize: 8, seed: 42);
/// model.Load("resnet50.safetensors");
/// </code>
/// </example>
[Model("3x224x224")]
[Use<ResNetStem>("", 64)]
[Use<Bottleneck>("layer1.0", 64), Use<Bottleneck>("layer1.1", 64), Use<Bottleneck>("layer1.2", 64)]
[Use<Bottleneck>("layer2.0", 128, Stride = 2), Use<Bottleneck>("layer2.1", 128), Use<Bottleneck>("layer2.2", 128)]
[Use<Bottleneck>("layer2.3", 128)]
[Use<Bottleneck>("layer3.0", 256, Stride = 2), Use<Bottleneck>("layer3.1", 256), Use<Bottleneck>("layer3.2", 256)]
[Use<Bottleneck>("layer3.3", 256), Use<Bottleneck>("layer3.4", 256), Use<Bottleneck>("layer3.5", 256)]
[Use<Bottleneck>("layer4.0", 512, Stride = 2), Use<Bottleneck>("layer4.1", 512), Use<Bottleneck>("layer4.2", 512)]
[GlobalAvgPool2d, Linear("fc", 1000)]
public sealed partial class ResNet50;
