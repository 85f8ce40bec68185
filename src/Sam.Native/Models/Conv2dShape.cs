namespace Sam.Native;

/// <summary>Sizes of a two-dimensional convolution of one example; tensors are (B, C, H, W), row-major, as torch lays them out.</summary>
/// <param name="InChannels">Channels of the input, a multiple of <paramref name="Groups"/>.</param>
/// <param name="InHeight">Rows of the input.</param>
/// <param name="InWidth">Columns of the input.</param>
/// <param name="OutChannels">Channels of the output, a multiple of <paramref name="Groups"/>.</param>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="StrideHeight">Rows between two outputs.</param>
/// <param name="StrideWidth">Columns between two outputs.</param>
/// <param name="PaddingHeight">Rows of zeros above and below.</param>
/// <param name="PaddingWidth">Columns of zeros left and right.</param>
/// <param name="DilationHeight">Rows between two taps of the kernel.</param>
/// <param name="DilationWidth">Columns between two taps of the kernel.</param>
/// <param name="Groups">Number of independent groups of channels.</param>
/// <remarks>The weights are (OutChannels, InChannels / Groups, KernelHeight, KernelWidth).</remarks>
public readonly record struct Conv2dShape(
    int InChannels,
    int InHeight,
    int InWidth,
    int OutChannels,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight = 1,
    int StrideWidth = 1,
    int PaddingHeight = 0,
    int PaddingWidth = 0,
    int DilationHeight = 1,
    int DilationWidth = 1,
    int Groups = 1)
{
    /// <summary>Rows of the output: floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.</summary>
    public int OutHeight => ((InHeight + (2 * PaddingHeight) - (DilationHeight * (KernelHeight - 1)) - 1) / StrideHeight) + 1;

    /// <summary>Columns of the output: floor((W + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.</summary>
    public int OutWidth => ((InWidth + (2 * PaddingWidth) - (DilationWidth * (KernelWidth - 1)) - 1) / StrideWidth) + 1;

    /// <summary>Elements of one input example.</summary>
    public int InCount => InChannels * InHeight * InWidth;

    /// <summary>Elements of one output example.</summary>
    public int OutCount => OutChannels * OutHeight * OutWidth;

    /// <summary>Elements of the weights.</summary>
    public int WeightCount => OutChannels * (InChannels / Groups) * KernelHeight * KernelWidth;
}
