using Sam.Layers;

namespace Sam.Cuda.Tests;

/// <summary>A perceptron whose weights are a large part of its memory.</summary>
[Model("64")]
[Linear("fc1", 2048), Relu, Linear("fc2", 512), Relu, Linear("fc3", 4)]
public sealed partial class WideMlp;
