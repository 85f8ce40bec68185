using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Convolutions and their gradients against the CPU: the layers of LeNet and ResNet-18, and shapes that meet every edge of the tiles.</summary>
/// <remarks>Both add in float32 in different orders (the CPU through Winograd's forms where it can): a few roundings of the largest element.</remarks>
public sealed class ConvolutionTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, Conv2dShape, int> Shapes => new()
    {
        { "LeNet conv1", new Conv2dShape(1, 28, 28, 32, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 3 },
        { "LeNet conv2", new Conv2dShape(32, 14, 14, 64, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 2 },
        { "CIFAR stem", new Conv2dShape(3, 32, 32, 64, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 1 },
        { "stage 1", new Conv2dShape(64, 32, 32, 64, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 1 },
        { "stage 2, strided", new Conv2dShape(64, 32, 32, 128, 3, 3, 2, 2, 1, 1), 1 },
        { "stage 2, projection", new Conv2dShape(64, 32, 32, 128, 1, 1, 2, 2), 1 },
        { "stage 3, strided", new Conv2dShape(128, 16, 16, 256, 3, 3, 2, 2, 1, 1), 1 },
        { "stage 4, one row of channels", new Conv2dShape(512, 4, 4, 64, 3, 3, 1, 1, 1, 1), 1 },
        { "stage 3, projection", new Conv2dShape(128, 16, 16, 256, 1, 1, 2, 2), 2 },
        { "stem of 7x7", new Conv2dShape(3, 30, 31, 64, 7, 7, 2, 2, 3, 3), 2 },
        { "1x1 by cuBLAS", new Conv2dShape(24, 9, 11, 40, 1, 1), 3 },
        { "1x1 of few pixels", new Conv2dShape(24, 4, 5, 40, 1, 1), 3 },
        { "groups", new Conv2dShape(12, 10, 9, 18, 3, 3, 1, 1, 1, 1, Groups: 3), 2 },
        { "depthwise", new Conv2dShape(5, 8, 8, 5, 3, 3, 1, 1, 1, 1, Groups: 5), 2 },
        { "uneven sides", new Conv2dShape(3, 13, 17, 7, 2, 4, 3, 2, 1, 3), 3 },
        { "dilated", new Conv2dShape(4, 15, 14, 6, 3, 3, 1, 1, 2, 3, 2, 3), 2 },
        { "dilated and strided", new Conv2dShape(4, 16, 15, 6, 3, 3, 2, 3, 2, 2, 2, 2), 2 },
        { "stride beyond the kernel", new Conv2dShape(3, 11, 10, 4, 2, 1, 4, 3), 2 },
        { "one pixel", new Conv2dShape(7, 3, 3, 5, 3, 3), 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardIsTheCpus(string name, Conv2dShape shape, int batch)
    {
        Assert.NotEmpty(name);
        Pair<float> x = devices.Random(batch * shape.InCount, 1), w = devices.Random(shape.WeightCount, 2), bias = devices.Random(shape.OutChannels, 3);
        Pair<float> plain = devices.Output(batch * shape.OutCount), y = devices.Output(batch * shape.OutCount);
        devices.Run((kernels, side) =>
        {
            kernels.PrepareConv2d(shape, batch);
            kernels.Conv2dForward(shape, batch, side.At(x), side.At(w), side.At(bias), side.At(y), Activation.Relu);
            if (IsSmall(shape, batch)) kernels.Conv2dForward(shape, batch, side.At(x), side.At(w), default, side.At(plain), Activation.None);
        });
        plain.AssertClose(Tolerance);
        y.AssertClose(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InputGradientIsTheCpus(string name, Conv2dShape shape, int batch)
    {
        Assert.NotEmpty(name);
        Pair<float> dy = devices.Random(batch * shape.OutCount, 1), w = devices.Random(shape.WeightCount, 2), mask = devices.Random(batch * shape.InCount, 3);
        Pair<float> dx = devices.Output(batch * shape.InCount), masked = devices.Output(batch * shape.InCount);
        Pair<float> added = devices.Random(batch * shape.InCount, 4);
        devices.Run((kernels, side) =>
        {
            kernels.PrepareConv2d(shape, batch);
            kernels.Conv2dBackwardInput(shape, batch, side.At(dy), side.At(w), side.At(masked), side.At(mask), false);
            if (!IsSmall(shape, batch)) return;
            kernels.Conv2dBackwardInput(shape, batch, side.At(dy), side.At(w), side.At(dx), default, false);
            kernels.Conv2dBackwardInput(shape, batch, side.At(dy), side.At(w), side.At(added), side.At(mask), true);
            kernels.Conv2dBackwardInput(shape, batch, side.At(dy), side.At(w), side.At(added), default, true);
        });
        dx.AssertClose(Tolerance);
        added.AssertClose(Tolerance);
        masked.AssertClose(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WeightGradientIsTheCpus(string name, Conv2dShape shape, int batch)
    {
        Assert.NotEmpty(name);
        Pair<float> x = devices.Random(batch * shape.InCount, 1), dy = devices.Random(batch * shape.OutCount, 2);
        Pair<float> dw = devices.Output(shape.WeightCount), added = devices.Random(shape.WeightCount, 3), db = devices.Random(shape.OutChannels, 4);
        devices.Run((kernels, side) =>
        {
            kernels.PrepareConv2d(shape, batch);
            kernels.Conv2dBackwardWeight(shape, batch, side.At(x), side.At(dy), side.At(added), side.At(db), true);
            if (IsSmall(shape, batch)) kernels.Conv2dBackwardWeight(shape, batch, side.At(x), side.At(dy), side.At(dw), default, false);
        });
        dw.AssertClose(Tolerance);
        added.AssertClose(Tolerance);
        db.AssertClose(Tolerance);
    }

    // Multiply-adds that a device in software does in well under a second; larger layers run the fullest call only.
    private static bool IsSmall(in Conv2dShape shape, int batch) => (long)batch * shape.OutCount * shape.WeightCount / shape.OutChannels < 5_000_000;
}
