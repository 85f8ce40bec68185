namespace Sam.Layers;

/// <summary>ResNet-18 for ImageNet (He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385): images of 3x224x224, 1000 classes, torchvision's
/// names and initial values.
/// 11,689,512 parameters.</summary>
/// <remarks>The parameters are the same for images of any size: declare <see cref="ResNetStem"/> and <see cref="ResNet18Stages"/> with
/// another shape to use
/// torchvision's weights there.</remarks>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using ResNet18 model = new(device, batchSize: 8, seed: 42);
/// model.Load("resnet18.safetensors");
/// float[] logits = model.Predict(images);
/// </code>
/// </example>
[Model("3x224x224")]
[Use<ResNetStem>("", 64), Use<ResNet18Stages>("", 64), Linear("fc", 1000)]
public sealed partial class ResNet18;
