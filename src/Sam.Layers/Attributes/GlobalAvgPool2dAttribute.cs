namespace Sam.Layers;

/// <summary>The mean of each channel over rows and columns: an input of channels, rows and columns becomes one of as many
/// features.</summary>
public sealed class GlobalAvgPool2dAttribute : ModelLayerAttribute;
