using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Pooling against the CPU: maxima and gradients to the bit, as their order is the same; means, whose sums are taken in another
/// order, within a few roundings.</summary>
public sealed class PoolingTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private const double MeanTolerance = 1e-6;

    public static TheoryData<Pool2dShape, int> Shapes => new()
    {
        { new Pool2dShape(32, 28, 28, 2, 2, 2, 2), 3 },
        { new Pool2dShape(3, 7, 8, 2, 2, 2, 2), 2 },
        { new Pool2dShape(3, 6, 7, 2, 2, 2, 2), 1 },
        { new Pool2dShape(5, 16, 15, 3, 3, 2, 2, 1, 1), 2 },
        { new Pool2dShape(2, 9, 10, 3, 2, 1, 3, 1, 0), 2 },
        { new Pool2dShape(4, 5, 6, 5, 6, 1, 1), 3 },
        { new Pool2dShape(1, 12, 40, 2, 33, 2, 1, 0, 3), 1 },
        { new Pool2dShape(2, 7, 9, 2, 2, 2, 2, 0, 0, 1, 1), 2 },
        { new Pool2dShape(2, 8, 10, 3, 3, 2, 3, 1, 1, 1, 1), 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MaximumHasTheCpusBits(Pool2dShape shape, int batch)
    {
        (Pair<float> x, Pair<float> y, Pair<float> dy) = Tensors(devices, shape, batch);
        Pair<float> dx = devices.Output(batch * shape.InCount), masked = devices.Output(batch * shape.InCount);
        devices.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, batch, side.At(x), side.At(y));
            kernels.MaxPool2dBackward(shape, batch, side.At(x), side.At(dy), side.At(dx), false);
            kernels.MaxPool2dBackward(shape, batch, side.At(x), side.At(dy), side.At(masked), true);
        });
        y.AssertClose(0);
        dx.AssertClose(0);
        masked.AssertClose(0);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public void FirstOfEqualMaximaAndNaNWin(int width)
    {
        Pool2dShape shape = new(1, 4, width, 2, 2, 2, 2);
        float[] values = new float[shape.InCount];
        Random random = new(5);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Next(6) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 or 3 => 1, _ => -1 };
        }

        Pair<float> x = devices.Put<float>(values), y = devices.Output(shape.OutCount), dy = devices.Random(shape.OutCount, 2);
        Pair<float> dx = devices.Output(shape.InCount), masked = devices.Output(shape.InCount);
        devices.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, 1, side.At(x), side.At(y));
            kernels.MaxPool2dBackward(shape, 1, side.At(x), side.At(dy), side.At(dx), false);
            kernels.MaxPool2dBackward(shape, 1, side.At(x), side.At(dy), side.At(masked), true);
        });
        Assert.Contains(y.Cuda(), float.IsNaN);
        y.AssertClose(0);
        dx.AssertClose(0);
        masked.AssertClose(0);
    }

    /// <summary>An address that 8-byte accesses cannot use.</summary>
    [Fact]
    public void MaximumOfAnOddAddress()
    {
        Pool2dShape shape = new(2, 8, 8, 2, 2, 2, 2);
        Pair<float> x = devices.Random(shape.InCount + 1, 1), y = devices.Output(shape.OutCount), dy = devices.Random(shape.OutCount, 2);
        Pair<float> dx = devices.Output(shape.InCount + 1);
        devices.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, 1, side.At(x) + 1, side.At(y));
            kernels.MaxPool2dBackward(shape, 1, side.At(x) + 1, side.At(dy), side.At(dx) + 1, true);
        });
        y.AssertClose(0);
        dx.AssertClose(0);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AverageIsTheCpus(Pool2dShape shape, int batch)
    {
        foreach (bool countIncludePad in (bool[])[false, true])
        {
            (Pair<float> x, Pair<float> y, Pair<float> dy) = Tensors(devices, shape, batch);
            Pair<float> dx = devices.Output(batch * shape.InCount), masked = devices.Output(batch * shape.InCount);
            devices.Run((kernels, side) =>
            {
                kernels.AvgPool2dForward(shape, batch, countIncludePad, side.At(x), side.At(y));
                kernels.AvgPool2dBackward(shape, batch, countIncludePad, side.At(dy), side.At(dx), default);
                kernels.AvgPool2dBackward(shape, batch, countIncludePad, side.At(dy), side.At(masked), side.At(x));
            });
            y.AssertClose(MeanTolerance);
            dx.AssertClose(0);
            masked.AssertClose(0);
        }
    }

    [Theory]
    [InlineData(512, 4, 4, 1, 1)]
    [InlineData(17, 7, 7, 1, 1)]
    [InlineData(3, 40, 30, 1, 1)]
    [InlineData(6, 8, 8, 4, 4)]
    [InlineData(5, 7, 11, 3, 4)]
    [InlineData(2, 3, 2, 5, 7)]
    public void AdaptiveAverageIsTheCpus(int planes, int height, int width, int outHeight, int outWidth)
    {
        int size = planes * height * width, outSize = planes * outHeight * outWidth;
        Pair<float> x = devices.Random(size, 1), y = devices.Output(outSize), dy = devices.Random(outSize, 2);
        Pair<float> dx = devices.Output(size), masked = devices.Output(size);
        devices.Run((kernels, side) =>
        {
            kernels.AdaptiveAvgPool2dForward(planes, height, width, outHeight, outWidth, side.At(x), side.At(y));
            kernels.AdaptiveAvgPool2dBackward(planes, height, width, outHeight, outWidth, side.At(dy), side.At(dx), default);
            kernels.AdaptiveAvgPool2dBackward(planes, height, width, outHeight, outWidth, side.At(dy), side.At(masked), side.At(x));
        });
        y.AssertClose(MeanTolerance);
        dx.AssertClose(0);
        masked.AssertClose(0);
    }

    /// <summary>Rows of whole sectors: every byte of the sectors that are touched is used.</summary>
    [Fact]
    public void ContiguousAccessIsCoalesced()
    {
        EmulatedCuda? emulated = devices.Session.Emulated;
        if (emulated is null) Assert.Skip("Accesses are counted on the emulated device only.");
        Pool2dShape shape = new(8, 32, 32, 2, 2, 2, 2);
        const int Batch = 4;
        (Pair<float> x, Pair<float> y, Pair<float> dy) = Tensors(devices, shape, Batch);
        Pair<float> dx = devices.Output(Batch * shape.InCount);
        emulated.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, Batch, side.At(x), side.At(y));
            kernels.MaxPool2dBackward(shape, Batch, side.At(x), side.At(dy), side.At(dx), true);
            kernels.AvgPool2dForward(shape, Batch, true, side.At(x), side.At(y));
            kernels.AdaptiveAvgPool2dForward(Batch * shape.Channels * 64, 4, 4, 1, 1, side.At(x), side.At(y));
        });
        long elements = (long)Batch * shape.InCount;
        Assert.Equal(4 * (elements + (elements / 4)), Row("max_pool_forward_pairs").GlobalBytes);
        Assert.Equal(4 * ((2 * elements) + (elements / 4)), Row("max_pool_backward_pairs").GlobalBytes);
        Assert.InRange(Row("max_pool_forward_pairs").SectorsPerIdeal, 1, 1.1);
        Assert.InRange(Row("max_pool_backward_pairs").SectorsPerIdeal, 1, 1.1);
        Assert.InRange(Row("average_pool_forward").SectorsPerIdeal, 1, 1.1);
        Assert.InRange(Loads(Row("adaptive_average_pool_forward")), 1, 1.1);

        LedgerRow Row(string name) => Assert.Single(emulated.Ledger.Kernels, row => row.Name == name);
    }

    private static double Loads(LedgerRow row) => row.Counters.GlobalLoadSectors * 32.0 / row.Counters.GlobalLoadBytes;

    private static (Pair<float> X, Pair<float> Y, Pair<float> Dy) Tensors(TwoDevices devices, in Pool2dShape shape, int batch) =>
        (devices.Random(batch * shape.InCount, 1), devices.Output(batch * shape.OutCount), devices.Random(batch * shape.OutCount, 2));
}
