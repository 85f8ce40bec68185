using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>A convolution whose sizes choose one form of tiles, with edges inside of tiles in every direction.</summary>
/// <param name="Pass">Which of the three products.</param>
/// <param name="Tile">Rows and columns of the tile that is to be chosen, as in the kernel's name.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Batch">Examples.</param>
/// <param name="IsSliced">Whether its sums are cut into slices.</param>
public sealed record ConvolutionTileCase(ConvolutionPass Pass, string Tile, Conv2dShape Shape, int Batch, bool IsSliced)
{
    // Many groups of short sums make the blocks that the larger tiles are chosen for, at few products.
    private const int Groups = 64;

    public static IReadOnlyList<ConvolutionTileCase> All { get; } =
    [
        new(ConvolutionPass.Forward, "64x128", new(Groups, 10, 13, Groups * 33, 3, 3, 1, 1, 1, 1, Groups: Groups), 1, false),
        new(ConvolutionPass.Forward, "64x64", new(Groups, 8, 9, Groups * 35, 3, 2, 1, 1, 1, 1, Groups: Groups), 1, false),
        new(ConvolutionPass.Forward, "32x64", new(5, 9, 7, 19, 3, 3, 2, 1, 1, 1), 3, false),
        new(ConvolutionPass.Forward, "32x64", new(31, 6, 7, 41, 3, 3, 1, 1, 1, 1), 2, true),
        new(ConvolutionPass.Data, "64x128", new(Groups * 33, 10, 13, Groups, 3, 3, 1, 1, 1, 1, Groups: Groups), 1, false),
        new(ConvolutionPass.Data, "64x64", new(Groups * 35, 8, 9, Groups, 3, 2, 1, 1, 1, 1, Groups: Groups), 1, false),
        new(ConvolutionPass.Data, "32x64", new(19, 9, 7, 5, 3, 3, 2, 1, 1, 1), 3, false),
        new(ConvolutionPass.Data, "32x64", new(41, 6, 7, 31, 3, 3, 1, 1, 1, 1), 2, true),
        new(ConvolutionPass.Weights, "64x64", new(2, 6, 5, 67, 3, 3, 1, 1, 1, 1), 2, false),
        new(ConvolutionPass.Weights, "64x64", new(9, 15, 11, 70, 3, 3, 1, 1, 1, 1), 2, true),
        new(ConvolutionPass.Weights, "32x64", new(5, 6, 5, 19, 3, 3, 1, 2, 1, 1), 3, false),
        new(ConvolutionPass.Weights, "32x64", new(9, 15, 11, 17, 3, 3, 1, 1, 1, 1), 2, true),
    ];

    /// <summary>The kernel that is to run.</summary>
    public string Kernel => $"convolution_{(Pass == ConvolutionPass.Weights ? "weight" : Pass.ToString().ToLowerInvariant())}_{Tile}";

    /// <summary>Runs the product: the result goes to y, x or w.</summary>
    /// <param name="kernels">The device's.</param>
    /// <param name="x">Input or its gradient.</param>
    /// <param name="w">Weights or their gradient.</param>
    /// <param name="bias">Bias or its gradient; null for none.</param>
    /// <param name="y">Output or its gradient.</param>
    public void Call(DeviceKernels kernels, DevicePointer<float> x, DevicePointer<float> w, DevicePointer<float> bias, DevicePointer<float> y)
    {
        switch (Pass)
        {
            case ConvolutionPass.Forward: kernels.Conv2dForward(Shape, Batch, x, w, bias, y, Activation.None); break;
            case ConvolutionPass.Data: kernels.Conv2dBackwardInput(Shape, Batch, y, w, x, default, false); break;
            default: kernels.Conv2dBackwardWeight(Shape, Batch, x, y, w, bias, false); break;
        }
    }

    public override string ToString() => $"{Kernel}{(IsSliced ? ", sliced" : "")}";
}

/// <summary>A product of a convolution.</summary>
public enum ConvolutionPass
{
    /// <summary>The output.</summary>
    Forward,

    /// <summary>The gradient of the input.</summary>
    Data,

    /// <summary>The gradient of the weights.</summary>
    Weights,
}
