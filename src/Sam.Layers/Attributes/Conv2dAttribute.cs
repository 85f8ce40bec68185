namespace Sam.Layers;

/// <summary>A two-dimensional convolution (cross-correlation, as in torch), with bias unless set otherwise, over an input of channels, rows and
/// columns.</summary>
/// <remarks>Output rows are floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, columns likewise. Parameters are NAME.weight
/// (channels, input
/// channels / groups, kernel rows, kernel columns) and NAME.bias (channels); both start uniform in [-1 / sqrt(fan-in), 1 / sqrt(fan-in)],
/// torch's default. A
/// following ReLU is computed together with it.</remarks>
public sealed class Conv2dAttribute : ModelLayerAttribute
{
    /// <summary>A convolution with a square kernel.</summary>
    /// <param name="name">Name of the layer.</param>
    /// <param name="channels">Channels of the output, at least 1.</param>
    /// <param name="kernel">Rows and columns of the kernel, at least 1.</param>
    public Conv2dAttribute(string name, int channels, int kernel)
        : this(name, channels, kernel, kernel)
    {
    }

    /// <summary>A convolution with a kernel of its own height and width.</summary>
    /// <param name="name">Name of the layer.</param>
    /// <param name="channels">Channels of the output, at least 1.</param>
    /// <param name="kernelHeight">Rows of the kernel, at least 1.</param>
    /// <param name="kernelWidth">Columns of the kernel, at least 1.</param>
    public Conv2dAttribute(string name, int channels, int kernelHeight, int kernelWidth)
    {
        Name = name;
        Channels = channels;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
    }

    /// <summary>Name of the layer.</summary>
    public string Name { get; }

    /// <summary>Channels of the output.</summary>
    public int Channels { get; }

    /// <summary>Rows of the kernel.</summary>
    public int KernelHeight { get; }

    /// <summary>Columns of the kernel.</summary>
    public int KernelWidth { get; }

    /// <summary>Step from one output to the next, both ways; 1 unless set.</summary>
    public int Stride { get; set; }

    /// <summary>Step from one output to the next, down the rows; <see cref="Stride"/> unless set.</summary>
    public int StrideHeight { get; set; }

    /// <summary>Step from one output to the next, along the columns; <see cref="Stride"/> unless set.</summary>
    public int StrideWidth { get; set; }

    /// <summary>Zeros around the input, both ways; 0 unless set.</summary>
    public int Padding { get; set; }

    /// <summary>Zeros around the input, down the rows; <see cref="Padding"/> unless set.</summary>
    public int PaddingHeight { get; set; }

    /// <summary>Zeros around the input, along the columns; <see cref="Padding"/> unless set.</summary>
    public int PaddingWidth { get; set; }

    /// <summary>Step from one tap of the kernel to the next, both ways; 1 unless set.</summary>
    public int Dilation { get; set; }

    /// <summary>Step from one tap of the kernel to the next, down the rows; <see cref="Dilation"/> unless set.</summary>
    public int DilationHeight { get; set; }

    /// <summary>Step from one tap of the kernel to the next, along the columns; <see cref="Dilation"/> unless set.</summary>
    public int DilationWidth { get; set; }

    /// <summary>Independent groups of channels, which divide the channels of the input and of the output; 1 unless set.</summary>
    public int Groups { get; set; } = 1;

    /// <summary>How the weights start; uniform by the fan-in, torch's default for a convolution, unless set. torchvision starts its
    /// residual networks with
    /// <see cref="Sam.Native.InitializerKind.KaimingNormal"/>, normal by the fan-out. A bias starts as torch starts it either
    /// way. <see cref="Sam.Native.InitializerKind.Constant"/> is refused: write to the parameter instead.</summary>
    public Sam.Native.InitializerKind Initializer { get; set; }

    /// <summary>Whether the layer adds a bias; true unless set.</summary>
    public bool Bias { get; set; } = true;
}
