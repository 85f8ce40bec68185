namespace Sam.Native.Cpu;

/// <content>The weight and bias gradients, and the checks.</content>
internal static unsafe partial class Convolution
{
    /// <summary>dw = (dw +) sum over images and pixels of dy times x; db = (db +) the same sum of dy.</summary>
    /// <param name="team">The threads that share the work.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images; 0 gives zero gradients.</param>
    /// <param name="input">x: (B, InChannels, InHeight, InWidth).</param>
    /// <param name="outputGradient">dy: (B, OutChannels, OutHeight, OutWidth).</param>
    /// <param name="weightGradient">dw: (OutChannels, InChannels / Groups, KernelHeight, KernelWidth), or null for none.</param>
    /// <param name="biasGradient">db: (OutChannels), or null for none.</param>
    /// <param name="accumulate">Whether the gradients are added to, or overwritten.</param>
    /// <param name="workspace"><see cref="WorkspaceBytes"/> bytes, contents undefined before and after.</param>
    /// <param name="width">Register width; the machine's best if null.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or a pointer null.</exception>
    public static void BackwardWeight(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* input,
        float* outputGradient,
        float* weightGradient,
        float* biasGradient,
        bool accumulate,
        float* workspace,
        VectorWidth? width = null)
    {
        // Without a weight gradient another array stands in for it in the check.
        Check(
            team, shape, batch, input, nameof(input), outputGradient, nameof(outputGradient),
            weightGradient is null ? outputGradient : weightGradient, nameof(weightGradient), workspace);
        if (batch == 0)
        {
            if (!accumulate)
            {
                new Span<float>(weightGradient, weightGradient is null ? 0 : shape.WeightCount).Clear();
                new Span<float>(biasGradient, biasGradient is null ? 0 : shape.OutChannels).Clear();
            }

            return;
        }

        BiasGradientJob bias = new()
        {
            OutputGradient = outputGradient,
            Batch = batch,
            Channels = shape.OutChannels,
            Pixels = shape.OutHeight * shape.OutWidth,
            Target = biasGradient,
            Accumulate = accumulate,
        };
        int biasParts = biasGradient is null ? 0 : shape.OutChannels;
        VectorWidth real = width ?? VectorWidths.Best;
        if (weightGradient is null || WeightsInAFastForm(team, shape, batch, input, outputGradient, weightGradient, accumulate, workspace, real))
        {
            team.Run(biasParts, ref bias);
            return;
        }

        PixelSource source = ForwardSource(shape, input);
        (int panelRows, int sliverColumns) = MatrixProduct.TileSize(real);
        (int partials, int partialImages, int blockPixels) = Split(shape, source, batch);
        int rows = shape.OutChannels / shape.Groups;
        long work = (long)shape.WeightCount * source.Pixels * batch;
        int threads = work < ProductPlan.ParallelThreshold ? 1 : team.Threads;
        int panels = (rows + panelRows - 1) / panelRows;
        int slivers = (source.Depth + sliverColumns - 1) / sliverColumns;
        int sums = partials * shape.Groups;
        (int gridRows, int gridColumns) = sums >= 2 * threads || sums % threads == 0 ? (1, 1) : ProductPlan.Grid(panels, slivers, threads);
        int partColumns = (slivers + gridColumns - 1) / gridColumns * sliverColumns;
        int channels = Math.Min(source.Channels, ((Math.Min(partColumns, ConvolutionPlan.MaxColumns) - 1) / source.Taps) + 2);
        bool wholeRows = blockPixels % source.GridWidth == 0;
        int blockImages = Math.Max(1, blockPixels / source.Pixels);
        int blockRows = Math.Min(source.GridHeight, blockPixels / source.GridWidth);
        WeightGradientJob job = new()
        {
            Source = source,
            SourceGroupStep = (nint)source.Channels * source.Height * source.Width,
            OutputGradient = outputGradient,
            Rows = rows,
            Groups = shape.Groups,
            Batch = batch,
            Partials = partials,
            PartialImages = partialImages,
            BlockPixels = blockPixels,
            Padded = wholeRows && PaddedTile.Elements(source, blockImages, blockRows, channels) <= ConvolutionPlan.PaddedElements,
            Target = partials > 1 ? workspace : weightGradient,
            TargetStep = partials > 1 ? shape.WeightCount : 0,
            Beta = partials == 1 && accumulate ? 1 : 0,
            GridRows = gridRows,
            GridColumns = gridColumns,
            PartRows = (panels + gridRows - 1) / gridRows * panelRows,
            PartColumns = partColumns,
            Width = real,
            Scratch = team.Scratch(0),
        };
        PartialSumJob sum = new()
        {
            Partial = workspace,
            Partials = partials,
            Count = shape.WeightCount,
            Target = weightGradient,
            Accumulate = accumulate,
        };
        int sumParts = partials == 1 ? 0 : (shape.WeightCount + PartialSumJob.PartElements - 1) / PartialSumJob.PartElements;
        if (threads == 1)
        {
            team.RunAlone(sums * gridRows * gridColumns, ref job);
            team.RunAlone(sumParts, ref sum);
            team.RunAlone(biasParts, ref bias);
        }
        else
        {
            team.Run(sums * gridRows * gridColumns, ref job);
            team.Run(sumParts, ref sum);
            team.Run(biasParts, ref bias);
        }
    }

    /// <summary>Computes the weight gradient in the form that is for few pixels, for few channels, or Winograd's.</summary>
    /// <returns>False where none of them is for this shape and batch; nothing was written then.</returns>
    private static bool WeightsInAFastForm(
        WorkerTeam team, in Conv2dShape shape, int batch, float* input, float* outputGradient, float* weightGradient, bool accumulate,
        float* workspace, VectorWidth width)
    {
        if (FewPixelPlan.Applies(shape, batch))
        {
            WeightsFewPixels(team, shape, batch, input, outputGradient, weightGradient, accumulate, workspace, width);
            return true;
        }

        if (FewChannelPlan.Applies(shape, batch))
        {
            WeightsFewChannels(team, shape, batch, input, outputGradient, weightGradient, accumulate, workspace, width);
            return true;
        }

        if (WinogradPlan.Weights(shape, batch) is WinogradForm form and not WinogradForm.None)
        {
            WeightsWinograd(team, form, shape, batch, input, outputGradient, weightGradient, accumulate, workspace, width);
            return true;
        }

        return false;
    }

    /// <summary>How the sum over images and pixels is cut: partial sums, images of each, pixels of a block of k.</summary>
    private static (int Partials, int Images, int BlockPixels) Split(in Conv2dShape shape, in PixelSource source, int batch)
    {
        int blockPixels = ConvolutionPlan.DepthPixels(source);
        int unit = Math.Max(1, blockPixels / source.Pixels);
        int units = (Math.Max(1, batch) + unit - 1) / unit;
        int partials = ConvolutionPlan.Partials(shape.WeightCount, units);
        int images = (units + partials - 1) / partials * unit;
        return ((Math.Max(1, batch) + images - 1) / images, images, blockPixels);
    }

    private static void Check(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* first,
        string firstName,
        float* second,
        string secondName,
        float* third,
        string thirdName,
        float* workspace)
    {
        ArgumentNullException.ThrowIfNull(team);
        Check(shape, batch);
        if (batch > 0)
        {
            ArgumentNullException.ThrowIfNull(first, firstName);
            ArgumentNullException.ThrowIfNull(second, secondName);
            ArgumentNullException.ThrowIfNull(workspace);
        }

        ArgumentNullException.ThrowIfNull(third, thirdName);
    }

    /// <summary>The numbers of a shape that may be too bad to ask it for its output.</summary>
    private static string Describe(in Conv2dShape shape) =>
        $"input {shape.InChannels}x{shape.InHeight}x{shape.InWidth}, {shape.OutChannels} output channels, "
        + $"kernel {shape.KernelHeight}x{shape.KernelWidth}, stride {shape.StrideHeight}x{shape.StrideWidth}, "
        + $"padding {shape.PaddingHeight}x{shape.PaddingWidth}, dilation {shape.DilationHeight}x{shape.DilationWidth}, groups {shape.Groups}";

    /// <summary>Checks the sizes of a convolution, for any device.</summary>
    internal static void Check(in Conv2dShape shape, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        bool positive = shape is
        {
            InChannels: > 0, InHeight: > 0, InWidth: > 0, OutChannels: > 0, KernelHeight: > 0, KernelWidth: > 0,
            StrideHeight: > 0, StrideWidth: > 0, DilationHeight: > 0, DilationWidth: > 0, Groups: > 0,
            PaddingHeight: >= 0, PaddingWidth: >= 0,
        };
        if (!positive)
        {
            throw new ArgumentException($"Every size of a convolution is at least 1, the padding at least 0: {Describe(shape)}.", nameof(shape));
        }

        if (shape.InChannels % shape.Groups != 0 || shape.OutChannels % shape.Groups != 0)
        {
            throw new ArgumentException(
                $"{shape.Groups} groups do not divide {shape.InChannels} input and {shape.OutChannels} output channels.", nameof(shape));
        }

        long rows = shape.InHeight + (2L * shape.PaddingHeight) - (shape.DilationHeight * (shape.KernelHeight - 1L)) - 1;
        long columns = shape.InWidth + (2L * shape.PaddingWidth) - (shape.DilationWidth * (shape.KernelWidth - 1L)) - 1;
        if (rows < 0 || columns < 0)
        {
            throw new ArgumentException($"The kernel is larger than the padded input: {Describe(shape)}.", nameof(shape));
        }

        long pixels = (long)batch * Math.Max((long)shape.OutHeight * shape.OutWidth, (long)shape.InHeight * shape.InWidth);
        if (pixels > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(batch), batch, $"Pixels of a batch are counted in 32 bits; these would be {pixels}.");
        }
    }
}
