namespace Sam.Layers;

/// <summary>A network of linear layers for 28x28 images with one channel and ten classes: 784-512-256-10 with ReLU. 535,818
/// parameters.</summary>
/// <example>
/// <code>
/// using Device device = Device.Default();
/// using Mlp model = new(device, batchSize: 128, seed: 42);
/// float[] logits = model.Predict(images);
/// </code>
/// </example>
[Model("1x28x28")]
[Flatten, Linear("fc1", 512), Relu, Linear("fc2", 256), Relu, Linear("fc3", 10)]
public sealed partial class Mlp;
