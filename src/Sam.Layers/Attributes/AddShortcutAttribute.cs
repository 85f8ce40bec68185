namespace Sam.Layers;

/// <summary>Adds the block's input, or the value at <see cref="StartShortcutAttribute"/>, to the value here (He, Zhang, Ren, Sun, CVPR
/// 2016, arXiv:1512.03385).</summary>
/// <remarks>Where the shapes agree the input is added as it is; else it goes through a convolution of 1x1, without bias, with the branch's
/// channels and stride, and a batch normalisation. Their other settings (initializer; epsilon, momentum, affine, running statistics) are
/// those of the last layer of their kind in front of the addition. Behind a batch normalisation the addition, and a ReLU after it, are
/// computed together with it.</remarks>
public sealed class AddShortcutAttribute : ModelLayerAttribute
{
    /// <summary>Name of the projection: its convolution is NAME.0 and its batch normalisation NAME.1. Unless set, shapes have to
    /// agree.</summary>
    public string? Projection { get; set; }

    /// <summary>Whether a batch normalisation follows the projection's convolution; true unless set. Without it the convolution is NAME
    /// itself.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>Step of the projection's convolution over rows and columns; the product of the strides of the branch's layers unless set.</summary>
    public int Stride { get; set; }
}
