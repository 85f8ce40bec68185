namespace Sam.Native;

/// <summary>Sizes of a two-dimensional pooling of one example; tensors are (B, C, H, W), row-major.</summary>
/// <param name="Channels">Channels, pooled one by one.</param>
/// <param name="InHeight">Rows of the input.</param>
/// <param name="InWidth">Columns of the input.</param>
/// <param name="KernelHeight">Rows of the window.</param>
/// <param name="KernelWidth">Columns of the window.</param>
/// <param name="StrideHeight">Rows between two windows.</param>
/// <param name="StrideWidth">Columns between two windows.</param>
/// <param name="PaddingHeight">Rows of padding above and below: minus infinity for a maximum, zero for an average.</param>
/// <param name="PaddingWidth">Columns of padding left and right.</param>
/// <param name="OverhangHeight">Rows that the last windows may reach below the padding, which count for nothing; each window begins above
/// the last row's end.</param>
/// <param name="OverhangWidth">Columns likewise.</param>
public readonly record struct Pool2dShape(
    int Channels,
    int InHeight,
    int InWidth,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight = 0,
    int PaddingWidth = 0,
    int OverhangHeight = 0,
    int OverhangWidth = 0)
{
    /// <summary>Rows of the output: floor((H + 2 padding + overhang - kernel) / stride) + 1.</summary>
    public int OutHeight => ((InHeight + (2 * PaddingHeight) + OverhangHeight - KernelHeight) / StrideHeight) + 1;

    /// <summary>Columns of the output: floor((W + 2 padding + overhang - kernel) / stride) + 1.</summary>
    public int OutWidth => ((InWidth + (2 * PaddingWidth) + OverhangWidth - KernelWidth) / StrideWidth) + 1;

    /// <summary>Elements of one input example.</summary>
    public int InCount => Channels * InHeight * InWidth;

    /// <summary>Elements of one output example.</summary>
    public int OutCount => Channels * OutHeight * OutWidth;
}
