namespace Sam.Native.Cpu;

/// <summary>Convolutions whose whole batch has so few output pixels that the weights are the largest tensor by far, as the last stages of a
/// ResNet on one small image: time is that of reading or writing the weights once, in the order in which they lie.</summary>
internal static class FewPixelPlan
{
    /// <summary>Output pixels of a batch, at most, for the convolution itself and its weight gradient: beyond them the register tiles of the
    /// general product move weights as fast.</summary>
    public const int MaxPixels = 8;

    /// <summary>Output pixels of a batch, at most, for the data gradient, whose general product would first transpose the weights.</summary>
    public const int MaxDataPixels = 16;

    /// <summary>Weights, at least, for the patches to be worth a pass of their own.</summary>
    private const int MinWeights = 1 << 18;

    /// <summary>Elements of the output's gradient, at most: a copy of it lies beside the sums in a worker's scratch memory.</summary>
    private const int MaxOutputs = 1 << 18;

    /// <summary>Taps, at most: the sums of one channel fit into scratch memory.</summary>
    private const int MaxTaps = 4096;

    /// <summary>Weights from which their gradient is written past the caches: no second-level cache holds so many.</summary>
    private const int StreamedWeights = 1 << 20;

    /// <summary>Whether a convolution and its weight gradient are computed in this way, a function of shape and batch alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>Whether they are.</returns>
    public static bool Applies(in Conv2dShape shape, int batch) => Pixels(shape, batch) <= MaxPixels && shape.WeightCount >= MinWeights;

    /// <summary>Whether a data gradient is computed in this way, a function of shape and batch alone.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>Whether it is.</returns>
    public static bool AppliesToData(in Conv2dShape shape, int batch) =>
        Pixels(shape, batch) <= MaxDataPixels && Pixels(shape, batch) * shape.OutChannels <= MaxOutputs
        && shape.KernelHeight * shape.KernelWidth <= MaxTaps;

    /// <summary>Output pixels of a batch.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <returns>The pixels.</returns>
    public static long Pixels(in Conv2dShape shape, int batch) => (long)batch * shape.OutHeight * shape.OutWidth;

    /// <summary>Elements of workspace for the patches of <see cref="FewPixelPatches"/>, in a batch of any size.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The elements.</returns>
    public static long Workspace(in Conv2dShape shape) => Applies(shape, 1) ? (long)MaxPixels * shape.Groups * PatchStep(shape) : 0;

    /// <summary>Elements from one pixel's patch of a group to the next: a multiple of 16.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>The elements.</returns>
    public static int PatchStep(in Conv2dShape shape) =>
        ((shape.InChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth) + 15) & ~15;

    /// <summary>Whether the weights' gradient is written past the caches.</summary>
    /// <param name="shape">The convolution.</param>
    /// <returns>Whether it is.</returns>
    public static bool Streams(in Conv2dShape shape) => shape.WeightCount >= StreamedWeights;
}
