namespace Sam.Layers;

/// <summary>A convolutional network for 28x28 images with one channel and ten classes: two convolutions of 5x5 with ReLU and pooling, two
/// linear layers. 857,738 parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using LeNet model = new(device, batchSize: 64, seed: 42);
/// float[] logits = model.Predict(images);
/// </code>
/// </example>
[Model("1x28x28")]
[Conv2d("conv1", 32, 5, Padding = 2), Relu, MaxPool2d(2)]
[Conv2d("conv2", 64, 5, Padding = 2), Relu, MaxPool2d(2)]
[Flatten, Linear("fc1", 256), Relu]
[Linear("fc2", 10)]
public sealed partial class LeNet;
