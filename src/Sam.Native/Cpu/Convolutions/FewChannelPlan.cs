namespace Sam.Native.Cpu;

/// <summary>Weight gradients of 3x3 convolutions over few input channels, as the first layer of a network on images: a matrix product would
/// have too few columns to fill its tiles, and would pack nine copies of the image for them.</summary>
internal static class FewChannelPlan
{
    /// <summary>Taps of a kernel.</summary>
    public const int Taps = 9;

    /// <summary>Lanes that each weight's sum has.</summary>
    public const int Lanes = 16;

    // From 5 channels on the general product has 45 columns and more.
    private const int MaxChannels = 4;

    // A padded image fits a worker's scratch memory, and its channels the first-level cache one at a time.
    private const int MaxTileElements = 1 << 15;

    private const int MinPixels = 1 << 12;

    // Sums over shares of the batch: enough of them for eight threads, few enough to be added in little time.
    private const int MaxPartials = 8;

    /// <summary>Whether a weight gradient is computed in this way, a function of shape and batch alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>Whether it is.</returns>
    public static bool Applies(in Conv2dShape shape, int batch) =>
        Fits(shape) && (long)batch * shape.OutHeight * shape.OutWidth >= MinPixels;

    /// <summary>Elements of workspace for the sums, in a batch of up to so many images.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images, at most.</param>
    /// <returns>The elements.</returns>
    public static long Workspace(in Conv2dShape shape, int batch) => Applies(shape, batch) ? (long)MaxPartials * SumElements(shape) : 0;

    /// <summary>Partial sums, and the images of each: a function of the batch alone.</summary>
    /// <param name="batch">Images.</param>
    /// <returns>Both.</returns>
    public static (int Partials, int Images) Split(int batch)
    {
        int images = (batch + MaxPartials - 1) / MaxPartials;
        return ((batch + images - 1) / images, images);
    }

    /// <summary>Elements of one partial sum: the lanes of each weight.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The elements.</returns>
    public static long SumElements(in Conv2dShape shape) => (long)shape.WeightCount * Lanes;

    /// <summary>Elements from one row of the padded image to the next, a multiple of 16.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The elements.</returns>
    public static int TileStep(in Conv2dShape shape) => (shape.OutWidth + 2 + 15) & ~15;

    /// <summary>Rows of the padded image.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The rows.</returns>
    public static int TileRows(in Conv2dShape shape) => shape.InHeight + (2 * shape.PaddingHeight);

    private static bool Fits(in Conv2dShape shape) =>
        shape is
        {
            KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
            InChannels: <= MaxChannels,
        }
        && shape.OutWidth % Lanes == 0
        && (long)shape.InChannels * TileRows(shape) * TileStep(shape) <= MaxTileElements;
}
