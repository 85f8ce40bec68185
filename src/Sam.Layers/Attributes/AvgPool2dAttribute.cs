namespace Sam.Layers;

/// <summary>The mean over windows of an input of channels, rows and columns, channel by channel.</summary>
/// <remarks>Output rows are floor((H + 2 padding - kernel) / stride) + 1, columns likewise; with CeilMode the quotient is rounded up. Padding counts as zeros. The padding is at
/// most half the kernel.</remarks>
public sealed class AvgPool2dAttribute : ModelLayerAttribute
{
    /// <summary>Pooling over square windows.</summary>
    /// <param name="kernel">Rows and columns of the window, at least 1.</param>
    public AvgPool2dAttribute(int kernel)
        : this(kernel, kernel)
    {
    }

    /// <summary>Pooling over windows with a height and a width of their own.</summary>
    /// <param name="kernelHeight">Rows of the window, at least 1.</param>
    /// <param name="kernelWidth">Columns of the window, at least 1.</param>
    public AvgPool2dAttribute(int kernelHeight, int kernelWidth)
    {
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
    }

    /// <summary>Rows of the window.</summary>
    public int KernelHeight { get; }

    /// <summary>Columns of the window.</summary>
    public int KernelWidth { get; }

    /// <summary>Step from one window to the next, both ways; the kernel's size unless set.</summary>
    public int Stride { get; set; }

    /// <summary>Step from one window to the next, down the rows; <see cref="Stride"/> unless set.</summary>
    public int StrideHeight { get; set; }

    /// <summary>Step from one window to the next, along the columns; <see cref="Stride"/> unless set.</summary>
    public int StrideWidth { get; set; }

    /// <summary>Padding around the input, both ways; 0 unless set.</summary>
    public int Padding { get; set; }

    /// <summary>Padding around the input, down the rows; <see cref="Padding"/> unless set.</summary>
    public int PaddingHeight { get; set; }

    /// <summary>Padding around the input, along the columns; <see cref="Padding"/> unless set.</summary>
    public int PaddingWidth { get; set; }

    /// <summary>Whether padding counts in the divisor, torch's default; true unless set.</summary>
    public bool CountIncludePad { get; set; } = true;

    /// <summary>Whether a last window that reaches beyond the padded input counts too, if it begins inside it or in front of it, as torch's
    /// ceil_mode; false unless set. Elements out there count for nothing, in the divisor of a mean neither.</summary>
    public bool CeilMode { get; set; }
}
