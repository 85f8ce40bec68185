using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Gradients of biases whose weights are frozen.</summary>
public sealed class BiasAloneTests
{
    // Sums of 66 float32 values in another order.
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGradientOfABiasAlone_IsTheCpus(bool accumulate)
    {
        using TwoDevices devices = new();
        Conv2dShape shape = new(3, 7, 6, 5, 3, 3, PaddingHeight: 1, PaddingWidth: 1);
        const int Batch = 3;
        Pair<float> x = devices.Random(Batch * 3 * 7 * 6, 1), dy = devices.Random(Batch * 5 * 7 * 6, 2);
        Pair<float> convolution = devices.Random(5, 3), linear = devices.Random(35, 4);
        devices.Run((kernels, side) =>
        {
            kernels.PrepareConv2d(shape, Batch);
            kernels.Conv2dBackwardWeight(shape, Batch, side.At(x), side.At(dy), default, side.At(convolution), accumulate);
            kernels.LinearBackwardWeight(18, 7, 35, side.At(x), side.At(dy), default, side.At(linear), accumulate);
            kernels.Conv2dBackwardWeight(shape, Batch, side.At(x), side.At(dy), default, default, accumulate);
        });
        convolution.AssertClose(Tolerance);
        linear.AssertClose(Tolerance);
    }
}
