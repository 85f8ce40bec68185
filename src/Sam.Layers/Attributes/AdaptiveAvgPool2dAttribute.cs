namespace Sam.Layers;

/// <summary>Average pooling to a given size: output row i is the mean of input rows floor(i H / height) to ceil((i + 1) H / height) - 1,
/// columns likewise, as torch
/// defines it.</summary>
/// <param name="height">Rows of the output, at least 1.</param>
/// <param name="width">Columns of the output, at least 1.</param>
public sealed class AdaptiveAvgPool2dAttribute(int height, int width) : ModelLayerAttribute
{
    /// <summary>Rows of the output.</summary>
    public int Height { get; } = height;

    /// <summary>Columns of the output.</summary>
    public int Width { get; } = width;
}
