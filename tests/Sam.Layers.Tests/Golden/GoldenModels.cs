namespace Sam.Layers.Tests.Golden;

/// <summary>The golden runs' cnn, with torch's names of a Sequential.</summary>
[Model("1x12x12")]
[Conv2d("0", 8, 3, Padding = 1), BatchNorm2d("1"), Relu, MaxPool2d(2)]
[Conv2d("4", 16, 3, Padding = 1), BatchNorm2d("5"), Relu, GlobalAvgPool2d, Linear("9", 5)]
internal sealed partial class GoldenCnn;

/// <summary>The golden runs' cnn without biases before the batch normalisations.</summary>
[Model("1x12x12")]
[Conv2d("0", 8, 3, Padding = 1, Bias = false), BatchNorm2d("1"), Relu, MaxPool2d(2)]
[Conv2d("4", 16, 3, Padding = 1, Bias = false), BatchNorm2d("5"), Relu, AdaptiveAvgPool2d(1, 1), Flatten, Linear("9", 5)]
internal sealed partial class GoldenCnnWithoutBias;

/// <summary>The golden runs' residual network of one block.</summary>
[Model("3x8x8")]
[Conv2d("0", 8, 3, Padding = 1, Bias = false), BatchNorm2d("1"), Relu, Use<BasicBlock>("3", 16, Stride = 2), GlobalAvgPool2d, Linear("6", 4)]
internal sealed partial class GoldenResidual;

/// <summary>The golden runs' multilayer perceptron with layer normalisation.</summary>
[Model("20")]
[Linear("0", 32), LayerNorm("1"), Gelu, Linear("3", 5)]
internal sealed partial class GoldenLayerNorm;
