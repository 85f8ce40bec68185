using Sam.Layers;

namespace Sam.Cuda.Tests;

/// <summary>A small perceptron with dropout.</summary>
[Model("20")]
[Linear("fc1", 33), Tanh, Dropout(0.2f)]
[Linear("fc2", 17), Relu]
[Linear("fc3", 5)]
public sealed partial class SmallMlp;
