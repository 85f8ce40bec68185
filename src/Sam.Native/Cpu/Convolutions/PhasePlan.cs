namespace Sam.Native.Cpu;

/// <summary>How the data gradient of a strided convolution is taken apart: inputs whose row and column have the same remainder modulo the
/// strides, a phase, are reached by the same taps, and every phase multiplies the same few shifts of the output's gradient.</summary>
/// <remarks>Tap r of a dimension leads to phase (r - padding) mod stride from the output that lies Start less its index on: the shifts are
/// Start, Start - 1, ... and a phase uses a run of them. Rows and columns are taken apart alike.</remarks>
/// <param name="Shape">The convolution.</param>
internal readonly record struct PhasePlan(Conv2dShape Shape)
{
    /// <summary>Taps, at most.</summary>
    public const int MaxTaps = 256;

    /// <summary>Phases, at most.</summary>
    public const int MaxPhases = 16;

    /// <summary>Elements of the sums of a tile of all phases, at most: they stay in the second-level cache.</summary>
    private const int SumElements = 1 << 17;

    /// <summary>Rows whose sums are kept at once, at most: a multiple of every register tile's.</summary>
    private const int MaxRows = 132;

    /// <summary>Phases of rows times those of columns.</summary>
    public int Phases => Shape.StrideHeight * Shape.StrideWidth;

    /// <summary>Taps of the kernel.</summary>
    public int Taps => Shape.KernelHeight * Shape.KernelWidth;

    /// <summary>Shifts of rows.</summary>
    public int ShiftRows => Shifts(Shape.KernelHeight, Shape.StrideHeight, Shape.PaddingHeight);

    /// <summary>Shifts of columns.</summary>
    public int ShiftColumns => Shifts(Shape.KernelWidth, Shape.StrideWidth, Shape.PaddingWidth);

    /// <summary>Rows of a phase: of the largest, for those of the others lie in it.</summary>
    public int GridHeight => (Shape.InHeight + Shape.StrideHeight - 1) / Shape.StrideHeight;

    /// <summary>Columns of a phase: of the largest.</summary>
    public int GridWidth => (Shape.InWidth + Shape.StrideWidth - 1) / Shape.StrideWidth;

    /// <summary>Channels of the output's gradient in one block of k, a function of the shape alone.</summary>
    public int BlockChannels => Math.Min(Shape.OutChannels / Shape.Groups, ProductPlan.MaxDepth / (ShiftRows * ShiftColumns));

    /// <summary>Whether a shape is taken apart in this way, a function of the shape alone.</summary>
    public bool Applies =>
        Phases is > 1 and <= MaxPhases && Taps <= MaxTaps && GridWidth <= ConvolutionPlan.MaxPixels
        && Shape.DilationHeight == 1 && Shape.DilationWidth == 1 && (long)ShiftRows * ShiftColumns <= ProductPlan.MaxDepth;

    /// <summary>The output's gradient as the matrix that is multiplied: all shifts at every pixel of the grid.</summary>
    /// <param name="outputGradient">dy, its first image.</param>
    /// <returns>The source, of one group.</returns>
    public unsafe PixelSource Source(float* outputGradient) => new()
    {
        Data = outputGradient,
        ImageStep = (nint)Shape.OutChannels * Shape.OutHeight * Shape.OutWidth,
        Channels = Shape.OutChannels / Shape.Groups,
        Height = Shape.OutHeight,
        Width = Shape.OutWidth,
        GridHeight = GridHeight,
        GridWidth = GridWidth,
        StrideRows = 1,
        StrideColumns = 1,
        TapRows = ShiftRows,
        TapColumns = ShiftColumns,
        RowStart = Start(Shape.StrideHeight, Shape.PaddingHeight),
        RowStep = -1,
        ColumnStart = Start(Shape.StrideWidth, Shape.PaddingWidth),
        ColumnStep = -1,
    };

    /// <summary>The taps of a phase.</summary>
    /// <param name="phase">Phase of the row * StrideWidth + phase of the column.</param>
    /// <returns>The taps of rows and of columns.</returns>
    public (TapPhase Rows, TapPhase Columns) Phase(int phase) => (
        TapPhase.Of(phase / Shape.StrideWidth, Shape.KernelHeight, Shape.StrideHeight, Shape.PaddingHeight, 1),
        TapPhase.Of(phase % Shape.StrideWidth, Shape.KernelWidth, Shape.StrideWidth, Shape.PaddingWidth, 1));

    /// <summary>The shifts that each phase multiplies.</summary>
    /// <param name="uses">Room for <see cref="Phases"/> of them.</param>
    public unsafe void Uses(PhaseUse* uses)
    {
        for (int phase = 0; phase < Phases; phase++)
        {
            (TapPhase rows, TapPhase columns) = Phase(phase);
            uses[phase] = new PhaseUse
            {
                Rows = rows.Taps,
                Row = Start(Shape.StrideHeight, Shape.PaddingHeight) - rows.Start,
                Columns = columns.Taps,
                Column = Start(Shape.StrideWidth, Shape.PaddingWidth) - columns.Start,
            };
        }
    }

    /// <summary>Rows whose sums are kept at once, and pixels of a tile, at most; no result shows either.</summary>
    /// <param name="rows">Rows of a group.</param>
    /// <param name="height">Rows of a register tile.</param>
    /// <returns>Rows, a multiple of <paramref name="height"/>, and pixels, at least a row of the grid.</returns>
    public (int Rows, int Pixels) Tile(int rows, int height)
    {
        int room = SumElements / Phases / ((GridWidth + 31) & ~31) / ConvolutionPlan.RowMultiple * ConvolutionPlan.RowMultiple;
        int most = Math.Min(MaxRows, room);
        int strips = (rows + most - 1) / most;
        int strip = (((rows + strips - 1) / strips) + height - 1) / height * height;
        return (strip, Math.Min(ConvolutionPlan.MaxPixels, SumElements / Phases / strip & ~31));
    }

    private static int Start(int stride, int padding) => (padding + stride - 1) / stride;

    private static int Shifts(int kernel, int stride, int padding)
    {
        int last = kernel - 1 - padding;
        int floor = last >= 0 ? last / stride : -((-last + stride - 1) / stride);
        return Start(stride, padding) + floor + 1;
    }
}
