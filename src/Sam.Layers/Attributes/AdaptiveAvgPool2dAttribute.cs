namespace Sam.Layers;

/// <summary>Average pooling to a given size: output row i is the mean of input rows floor(i H / height) to ceil((i + 1) H / height) - 1,
/// columns likewise, as torch
/// defines it.</summary>
public sealed class AdaptiveAvgPool2dAttribute : ModelLayerAttribute
{
    /// <summary>Pooling to a square.</summary>
    /// <param name="size">Rows and columns of the output, at least 1.</param>
    public AdaptiveAvgPool2dAttribute(int size)
        : this(size, size)
    {
    }

    /// <summary>Pooling to a height and a width of their own.</summary>
    /// <param name="height">Rows of the output, at least 1.</param>
    /// <param name="width">Columns of the output, at least 1.</param>
    public AdaptiveAvgPool2dAttribute(int height, int width)
    {
        Height = height;
        Width = width;
    }

    /// <summary>Rows of the output.</summary>
    public int Height { get; }

    /// <summary>Columns of the output.</summary>
    public int Width { get; }
}
