namespace Sam.Native.Cpu;

/// <summary>The two-dimensional convolution of torch, its data gradient and its weight gradient, as matrix products over pixels that
/// are packed on the way: no im2col buffer is made.</summary>
/// <remarks>
/// <para>y[b, m, i, j] = bias[m] + sum over (c, r, s) of w[m, c, r, s] x[b, c, i stride + r dilation - padding, ...], tensors (B, C, H, W).
/// The data gradient of a strided convolution is taken apart by the remainder of rows and columns modulo the stride, so no multiply is
/// spent on inserted zeros.</para>
/// <para>Order of the sums: forward and data gradient as in <see cref="MatrixProduct"/>, k being (channel, tap row, tap column), taps of
/// the padding included as zeros; weight gradient as in <see cref="WeightGradientJob"/>, bias gradient as in
/// <see cref="BiasGradientJob"/>. They depend on the shape and the batch alone: the bits are the same for any number of threads and any
/// register width.</para>
/// <para>Squares of 3 or 5 taps at stride 1 go through <see cref="IWinogradForm"/> where channels and pixels are many
/// (<see cref="WinogradPlan"/>, a function of shape and batch); their order is that of <see cref="WinogradJob"/> and
/// <see cref="WinogradGradientProducts"/>.</para>
/// <para>A batch with few output pixels is computed in the order of the weights (<see cref="FewPixelPlan"/>, a function of shape and batch);
/// the order is that of <see cref="FewPixelForward"/>, <see cref="FewPixelData"/> and <see cref="FewPixelWeights"/>.</para>
/// <para>Tensors may not overlap, except the mask and the input gradient. Nothing outside of them is read.</para>
/// </remarks>
internal static unsafe partial class Convolution
{
    /// <summary>Pixels of a batch up to which weights are multiplied where they are.</summary>
    private const int InPlacePixels = 64;

    /// <summary>Bytes of workspace that the three directions need.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images, at most.</param>
    /// <param name="threads">Threads of the team; the need does not grow with them.</param>
    /// <returns>The bytes, a multiple of 64.</returns>
    /// <exception cref="ArgumentException">The shape is impossible, or a number not positive.</exception>
    public static long WorkspaceBytes(in Conv2dShape shape, int batch, int threads)
    {
        Check(shape, batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        long weights = shape.WeightCount;
        long perRow = weights / shape.OutChannels;
        long forward = shape.Groups * RoundUp(shape.OutChannels / shape.Groups) * perRow;
        long data = shape.OutChannels * RoundUp(shape.InChannels / shape.Groups) * shape.KernelHeight * shape.KernelWidth;
        (int partials, _, _) = Split(shape, ForwardSource(shape, null), batch);
        long gradient = partials > 1 ? partials * weights : 0;
        long winograd = WinogradPlan.Workspace(shape, batch);
        gradient = Math.Max(Math.Max(gradient, FewPixelPlan.Workspace(shape)), FewChannelPlan.Workspace(shape, batch));
        long elements = Math.Max(Math.Max(Math.Max(forward, data), gradient), winograd) + PanelPacking.Slack;
        return ((elements * sizeof(float)) + 63) & ~63L;
    }

    /// <summary>y = relu?(conv(x, w) + bias).</summary>
    /// <param name="team">The threads that share the work.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images; 0 does nothing.</param>
    /// <param name="input">x: (B, InChannels, InHeight, InWidth).</param>
    /// <param name="weights">w: (OutChannels, InChannels / Groups, KernelHeight, KernelWidth).</param>
    /// <param name="bias">(OutChannels), or null for none.</param>
    /// <param name="relu">Whether values below 0 become 0.</param>
    /// <param name="output">y: (B, OutChannels, OutHeight, OutWidth), overwritten.</param>
    /// <param name="workspace"><see cref="WorkspaceBytes"/> bytes, contents undefined before and after.</param>
    /// <param name="width">Register width; the machine's best if null.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or a pointer null.</exception>
    public static void Forward(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* input,
        float* weights,
        float* bias,
        bool relu,
        float* output,
        float* workspace,
        VectorWidth? width = null)
    {
        Check(team, shape, batch, input, nameof(input), weights, nameof(weights), output, nameof(output), workspace);
        if (batch == 0)
        {
            return;
        }

        if (FewPixelPlan.Applies(shape, batch))
        {
            ForwardFewPixels(team, shape, batch, input, weights, bias, relu, output, workspace, width ?? VectorWidths.Best);
            return;
        }

        if (WinogradPlan.Convolution(shape, batch) is WinogradForm form and not WinogradForm.None)
        {
            ForwardWinograd(team, form, shape, batch, input, weights, bias, relu, output, workspace, width ?? VectorWidths.Best);
            return;
        }

        int taps = shape.KernelHeight * shape.KernelWidth;
        int channels = shape.InChannels / shape.Groups;
        WeightPanels panels = new()
        {
            Weights = weights,
            GroupStep = (nint)(shape.OutChannels / shape.Groups) * channels * taps,
            RowStep = (nint)channels * taps,
            ChannelStep = taps,
            TapRowStep = shape.KernelWidth,
            TapColumnStep = 1,
            Rows = shape.OutChannels / shape.Groups,
            Depth = channels * taps,
            TapRows = shape.KernelHeight,
            TapColumns = shape.KernelWidth,
            Packed = workspace,
        };
        nint plane = (nint)shape.OutHeight * shape.OutWidth;
        PixelTarget target = new()
        {
            Data = output,
            Bias = bias,
            Kind = bias is null ? (relu ? Epilogue.Relu : Epilogue.None) : relu ? Epilogue.BiasRowRelu : Epilogue.BiasRow,
            ImageStep = shape.OutChannels * plane,
            ChannelStep = plane,
            GridHeight = shape.OutHeight,
            GridWidth = shape.OutWidth,
            RowStep = shape.OutWidth,
            ColumnStep = 1,
        };
        nint groupStep = (nint)channels * shape.InHeight * shape.InWidth;
        Multiply(team, ForwardSource(shape, input), groupStep, target, panels, shape.Groups, batch, width ?? VectorWidths.Best);
    }

    /// <summary>dx = conv_transposed(dy, w), or dx plus that; where mask is given only where it is above 0, else 0.</summary>
    /// <param name="team">The threads that share the work.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images; 0 does nothing.</param>
    /// <param name="outputGradient">dy: (B, OutChannels, OutHeight, OutWidth).</param>
    /// <param name="weights">w: (OutChannels, InChannels / Groups, KernelHeight, KernelWidth).</param>
    /// <param name="mask">The input x, where it came out of a ReLU, as (B, InChannels, InHeight, InWidth); or null.</param>
    /// <param name="inputGradient">dx: (B, InChannels, InHeight, InWidth).</param>
    /// <param name="accumulate">Whether dx is added to; else it is overwritten.</param>
    /// <param name="workspace"><see cref="WorkspaceBytes"/> bytes, contents undefined before and after.</param>
    /// <param name="width">Register width; the machine's best if null.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or a pointer null.</exception>
    public static void BackwardData(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* outputGradient,
        float* weights,
        float* mask,
        float* inputGradient,
        bool accumulate,
        float* workspace,
        VectorWidth? width = null)
    {
        Check(
            team, shape, batch, outputGradient, nameof(outputGradient), weights, nameof(weights), inputGradient, nameof(inputGradient), workspace);
        if (batch == 0)
        {
            return;
        }

        if (FewPixelPlan.AppliesToData(shape, batch))
        {
            BackwardFewPixels(team, shape, batch, outputGradient, weights, mask, inputGradient, accumulate, width ?? VectorWidths.Best);
            return;
        }

        if (WinogradPlan.Data(shape, batch) is WinogradForm form and not WinogradForm.None)
        {
            BackwardWinograd(
                team, form, shape, batch, outputGradient, weights, mask, inputGradient, accumulate, workspace, width ?? VectorWidths.Best);
            return;
        }

        if (new PhasePlan(shape).Applies)
        {
            BackwardPhases(
                team, shape, batch, outputGradient, weights, mask, inputGradient, accumulate, workspace, width ?? VectorWidths.Best);
            return;
        }

        bool anyEmpty = false;
        for (int phase = 0; phase < shape.StrideHeight; phase++)
        {
            anyEmpty |= TapPhase.Of(phase, shape.KernelHeight, shape.StrideHeight, shape.PaddingHeight, shape.DilationHeight).Taps == 0;
        }

        for (int phase = 0; phase < shape.StrideWidth; phase++)
        {
            anyEmpty |= TapPhase.Of(phase, shape.KernelWidth, shape.StrideWidth, shape.PaddingWidth, shape.DilationWidth).Taps == 0;
        }

        if (anyEmpty && (!accumulate || mask is not null))
        {
            UnreachedJob unreached = new() { Target = inputGradient, Mask = accumulate ? mask : null, Count = shape.InCount };
            team.Run(batch, ref unreached);
        }

        for (int phaseRow = 0; phaseRow < Math.Min(shape.StrideHeight, shape.InHeight); phaseRow++)
        {
            TapPhase rows = TapPhase.Of(phaseRow, shape.KernelHeight, shape.StrideHeight, shape.PaddingHeight, shape.DilationHeight);
            for (int phaseColumn = 0; phaseColumn < Math.Min(shape.StrideWidth, shape.InWidth); phaseColumn++)
            {
                TapPhase columns = TapPhase.Of(phaseColumn, shape.KernelWidth, shape.StrideWidth, shape.PaddingWidth, shape.DilationWidth);
                if (rows.Taps > 0 && columns.Taps > 0)
                {
                    BackwardPhase(
                        team, shape, batch, outputGradient, weights, mask, inputGradient, accumulate, workspace, width ?? VectorWidths.Best,
                        phaseRow, rows, phaseColumn, columns);
                }
            }
        }
    }

    private static void BackwardPhase(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* outputGradient,
        float* weights,
        float* mask,
        float* inputGradient,
        bool accumulate,
        float* workspace,
        VectorWidth width,
        int phaseRow,
        TapPhase rows,
        int phaseColumn,
        TapPhase columns)
    {
        int taps = shape.KernelHeight * shape.KernelWidth;
        int inChannels = shape.InChannels / shape.Groups;
        int outChannels = shape.OutChannels / shape.Groups;
        nint outPlane = (nint)shape.OutHeight * shape.OutWidth;
        nint inPlane = (nint)shape.InHeight * shape.InWidth;
        PixelSource source = new()
        {
            Data = outputGradient,
            ImageStep = shape.OutChannels * outPlane,
            Channels = outChannels,
            Height = shape.OutHeight,
            Width = shape.OutWidth,
            GridHeight = (shape.InHeight - phaseRow + shape.StrideHeight - 1) / shape.StrideHeight,
            GridWidth = (shape.InWidth - phaseColumn + shape.StrideWidth - 1) / shape.StrideWidth,
            StrideRows = 1,
            StrideColumns = 1,
            TapRows = rows.Taps,
            TapColumns = columns.Taps,
            RowStart = rows.Start,
            RowStep = rows.Step,
            ColumnStart = columns.Start,
            ColumnStep = columns.Step,
        };
        WeightPanels panels = new()
        {
            Weights = weights,
            GroupStep = (nint)outChannels * inChannels * taps,
            RowStep = taps,
            ChannelStep = (nint)inChannels * taps,
            TapStart = ((nint)rows.FirstTap * shape.KernelWidth) + columns.FirstTap,
            TapRowStep = (nint)rows.TapStep * shape.KernelWidth,
            TapColumnStep = columns.TapStep,
            Rows = inChannels,
            Depth = outChannels * rows.Taps * columns.Taps,
            TapRows = rows.Taps,
            TapColumns = columns.Taps,
            Packed = workspace,
        };
        nint start = ((nint)phaseRow * shape.InWidth) + phaseColumn;
        PixelTarget target = new()
        {
            Data = inputGradient + start,
            Mask = mask is null ? null : mask + start,
            Kind = mask is null ? Epilogue.None : Epilogue.ReluMask,
            Accumulate = accumulate,
            ImageStep = shape.InChannels * inPlane,
            ChannelStep = inPlane,
            GridHeight = source.GridHeight,
            GridWidth = source.GridWidth,
            RowStep = shape.StrideHeight * shape.InWidth,
            ColumnStep = shape.StrideWidth,
        };
        Multiply(team, source, outChannels * outPlane, target, panels, shape.Groups, batch, width);
    }

    /// <summary>Packs the weights, then multiplies them with every tile of pixels.</summary>
    private static void Multiply(
        WorkerTeam team,
        in PixelSource source,
        nint sourceGroupStep,
        in PixelTarget target,
        WeightPanels panels,
        int groups,
        int batch,
        VectorWidth width)
    {
        panels.PanelRows = MatrixProduct.TileSize(width).Rows;
        long work = (long)groups * panels.Rows * panels.Depth * source.Pixels * batch;
        int threads = work < ProductPlan.ParallelThreshold ? 1 : team.Threads;
        int block = ProductPlan.DepthBlock(panels.Depth);
        int channels = Math.Min(source.Channels, ((block - 1) / source.Taps) + 2);
        int tilePixels = ConvolutionPlan.TilePixels(source, batch, threads, ConvolutionPlan.MaxPixels, channels, out bool padded);
        int tilesPerImage = tilePixels >= source.Pixels ? 1 : (source.Pixels + tilePixels - 1) / tilePixels;
        int imagesPerTile = Math.Max(1, tilePixels / source.Pixels);
        int tiles = tilesPerImage * ((batch + imagesPerTile - 1) / imagesPerTile);
        int strips = Strips(panels.Panels, groups * tiles, threads);
        int stripPanels = (panels.Panels + strips - 1) / strips;
        int taps = panels.TapRows * panels.TapColumns;
        bool inPlace = panels.TapColumnStep == 1 && (panels.TapRowStep == panels.TapColumns || panels.TapRows == 1)
            && panels.ChannelStep == taps && (long)source.Pixels * batch <= InPlacePixels;
        PixelProductJob job = new()
        {
            InPlace = inPlace,
            Source = source,
            SourceGroupStep = sourceGroupStep,
            Target = target,
            Weights = panels,
            Batch = batch,
            TilePixels = tilePixels,
            TilesPerImage = tilesPerImage,
            Tiles = tiles,
            Padded = padded,
            StripPanels = stripPanels,
            Strips = strips,
            Width = width,
            Scratch = team.Scratch(0),
        };
        if (threads == 1)
        {
            team.RunAlone(inPlace ? 0 : groups * panels.Panels, ref panels);
            team.RunAlone(groups * tiles * strips, ref job);
        }
        else
        {
            team.Run(inPlace ? 0 : groups * panels.Panels, ref panels);
            team.Run(groups * tiles * strips, ref job);
        }
    }

    /// <summary>Strips of channels so that the busiest thread is done soonest, packing counted.</summary>
    private static int Strips(int panels, int tiles, int threads)
    {
        int best = 1;
        long cost = long.MaxValue;
        for (int strips = 1; strips <= Math.Min(panels, 2 * threads); strips++)
        {
            long rounds = (((long)tiles * strips) + threads - 1) / threads;
            // For each k, a tile takes 12 cycles a panel; packing its pixels about 10.
            long each = rounds * ((12 * ((panels + strips - 1) / strips)) + 10);
            if (each < cost)
            {
                cost = each;
                best = strips;
            }
        }

        return best;
    }

    private static long RoundUp(long rows) => (rows + ConvolutionPlan.RowMultiple - 1) / ConvolutionPlan.RowMultiple * ConvolutionPlan.RowMultiple;

    private static PixelSource ForwardSource(in Conv2dShape shape, float* input) => new()
    {
        Data = input,
        ImageStep = (nint)shape.InChannels * shape.InHeight * shape.InWidth,
        Channels = shape.InChannels / shape.Groups,
        Height = shape.InHeight,
        Width = shape.InWidth,
        GridHeight = shape.OutHeight,
        GridWidth = shape.OutWidth,
        StrideRows = shape.StrideHeight,
        StrideColumns = shape.StrideWidth,
        TapRows = shape.KernelHeight,
        TapColumns = shape.KernelWidth,
        RowStart = -shape.PaddingHeight,
        RowStep = shape.DilationHeight,
        ColumnStart = -shape.PaddingWidth,
        ColumnStep = shape.DilationWidth,
    };

    /// <summary>What becomes of pixels that no tap reaches: an image's gradient is 0, or where it is added to, 0 where the mask is not above
    /// 0.</summary>
    private struct UnreachedJob : ITeamJob
    {
        public float* Target;
        public float* Mask;
        public int Count;

        public readonly void Invoke(int part, int worker)
        {
            float* target = Target + ((nint)part * Count);
            if (Mask is null)
            {
                new Span<float>(target, Count).Clear();
                return;
            }

            float* mask = Mask + ((nint)part * Count);
            for (int i = 0; i < Count; i++)
            {
                if (!(mask[i] > 0)) target[i] = 0f;
            }
        }
    }
}
