namespace Sam.Layers.Tests.Golden;

/// <summary>The golden runs' mlp, with torch's names of a Sequential.</summary>
[Model("20")]
[Linear("0", 32), Relu, Linear("2", 16), Relu, Linear("4", 5)]
internal sealed partial class GoldenMlp;
