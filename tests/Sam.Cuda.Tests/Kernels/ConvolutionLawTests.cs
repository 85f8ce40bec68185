using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>What convolutions promise beyond their values: the same bits on every run and for every batch beside them, launches and accesses,
/// NaN, room for slices.</summary>
public sealed class ConvolutionLawTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private static readonly Conv2dShape Sliced = new(32, 8, 8, 48, 3, 3, 1, 1, 1, 1);

    [Fact]
    public void EveryRunHasTheSameBits()
    {
        const int Batch = 8;
        Pair<float> x = devices.Random(Batch * Sliced.InCount, 1), w = devices.Random(Sliced.WeightCount, 2), dy = devices.Random(Batch * Sliced.OutCount, 3);
        float[][] first = Run(), second = Run();
        for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], second[i]);

        float[][] Run()
        {
            Pair<float> y = devices.Output(Batch * Sliced.OutCount), dx = devices.Output(Batch * Sliced.InCount);
            Pair<float> dw = devices.Output(Sliced.WeightCount), db = devices.Output(Sliced.OutChannels);
            devices.Run((kernels, side) =>
            {
                kernels.Conv2dForward(Sliced, Batch, side.At(x), side.At(w), default, side.At(y), Activation.None);
                kernels.Conv2dBackwardInput(Sliced, Batch, side.At(dy), side.At(w), side.At(dx), default, false);
                kernels.Conv2dBackwardWeight(Sliced, Batch, side.At(x), side.At(dy), side.At(dw), side.At(db), false);
            });
            return [y.Cuda(), dx.Cuda(), dw.Cuda(), db.Cuda()];
        }
    }

    /// <summary>A mask that is the gradient's own place, and a NaN in the input.</summary>
    [Fact]
    public void MaskMayBeTheGradientAndNaNStays()
    {
        Conv2dShape shape = new(2, 5, 5, 3, 3, 3, 1, 1, 1, 1);
        Pair<float> dy = devices.Random(shape.OutCount, 1), w = devices.Random(shape.WeightCount, 2), dx = devices.Random(shape.InCount, 3);
        float[] values = new float[shape.InCount];
        values[12] = float.NaN;
        Pair<float> x = devices.Put<float>(values), y = devices.Output(shape.OutCount);
        devices.Run((kernels, side) =>
        {
            kernels.Conv2dBackwardInput(shape, 1, side.At(dy), side.At(w), side.At(dx), side.At(dx), false);
            kernels.Conv2dForward(shape, 1, side.At(x), side.At(w), default, side.At(y), Activation.Relu);
        });
        dx.AssertClose(1e-6);
        y.AssertClose(1e-6);
        Assert.Equal(27, y.Cuda().Count(float.IsNaN));
    }

    /// <summary>Launches of a layer, reads and writes of the results, and shared memory without conflicts.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TilesHaveNoBankConflicts(bool sliced)
    {
        EmulatedCuda? emulated = devices.Session.Emulated;
        if (emulated is null) Assert.Skip("Accesses are counted on the emulated device only.");
        Conv2dShape shape = sliced ? Sliced : new Conv2dShape(8, 32, 32, 32, 3, 3, 1, 1, 1, 1);
        const int Batch = 8;
        Pair<float> x = devices.Random(Batch * shape.InCount, 1), w = devices.Random(shape.WeightCount, 2), dy = devices.Random(Batch * shape.OutCount, 3);
        Pair<float> y = devices.Output(Batch * shape.OutCount), dx = devices.Output(Batch * shape.InCount);
        Pair<float> dw = devices.Output(shape.WeightCount), db = devices.Output(shape.OutChannels), bias = devices.Random(shape.OutChannels, 4);
        emulated.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.Conv2dForward(shape, Batch, side.At(x), side.At(w), side.At(bias), side.At(y), Activation.Relu);
            kernels.Conv2dBackwardInput(shape, Batch, side.At(dy), side.At(w), side.At(dx), side.At(x), false);
            kernels.Conv2dBackwardWeight(shape, Batch, side.At(x), side.At(dy), side.At(dw), side.At(db), false);
        });
        IReadOnlyList<LedgerRow> rows = emulated.Ledger.Kernels;
        Assert.Equal(sliced ? 6 : 4, emulated.Ledger.Launches);
        Assert.All(rows, row => Assert.Equal(0, row.Counters.SharedBankConflicts));
        Assert.All(rows, row => Assert.Equal(0, row.Counters.LocalBytes));
        Assert.All(rows, row => Assert.Equal(0, row.Counters.Atomics));
        Assert.All(rows, row => Assert.InRange(row.Counters.GlobalStoreSectors * 32.0 / row.Counters.GlobalStoreBytes, 0.99, 1.1));
        foreach (LedgerRow row in rows.Where(row => row.Name is "epilogue" or "add_slices")) Assert.InRange(row.SectorsPerIdeal, 0.5, 1.1);
    }

    /// <summary>Results that are not stored in words: rows of 16 pixels of one channel, every other column for a stride of two.</summary>
    [Theory]
    [InlineData(9, 1, 1.55)]
    [InlineData(16, 2, 2.05)]
    public void ScatteredResultsUseTheirSectors(int side, int stride, double most)
    {
        EmulatedCuda? emulated = devices.Session.Emulated;
        if (emulated is null) Assert.Skip("Accesses are counted on the emulated device only.");
        Conv2dShape shape = new(32, side, side, 16, 3, 3, stride, stride, 1, 1);
        const int Batch = 64;
        Pair<float> w = devices.Random(shape.WeightCount, 2), dy = devices.Random(Batch * shape.OutCount, 3), dx = devices.Output(Batch * shape.InCount);
        emulated.Ledger.Reset();
        devices.Run((kernels, side) => kernels.Conv2dBackwardInput(shape, Batch, side.At(dy), side.At(w), side.At(dx), default, false));
        dx.AssertClose(1e-5);
        KernelCounters counters = Assert.Single(emulated.Ledger.Kernels, row => row.Name.StartsWith("convolution_data", StringComparison.Ordinal)).Counters;
        Assert.InRange(counters.GlobalStoreSectors * 32.0 / counters.GlobalStoreBytes, 1, most);
    }

    [Fact]
    public void EveryConvolutionFitsTheRoomForSlices()
    {
        int[] channels = [1, 3, 16, 33, 64, 65, 128, 512, 2048], sides = [1, 2, 7, 32, 112], taps = [1, 9, 49], batches = [1, 2, 7, 32, 256];
        int sliced = 0;
        foreach (int rows in channels)
        {
            foreach (int depth in channels)
            {
                foreach (int side in sides)
                {
                    foreach (int tap in taps)
                    {
                        foreach (int batch in batches)
                        {
                            long pixels = (long)batch * side * side;
                            ConvolutionTiles forward = ConvolutionTiles.ForPixels(rows, 1, pixels, 1, depth * tap);
                            ConvolutionTiles weights = ConvolutionTiles.ForWeights(rows, 1, depth * tap, pixels);
                            Check(forward, rows * pixels);
                            Check(weights, ((long)rows * depth * tap) + rows);
                            sliced += forward.Slices > 1 ? 1 : 0;
                        }
                    }
                }
            }
        }

        Assert.InRange(sliced, 1, int.MaxValue);

        static void Check(in ConvolutionTiles tiles, long results)
        {
            if (tiles.Slices == 1) return;
            Assert.InRange(tiles.Slices * (results + 3), 1, ConvolutionTiles.WorkspaceElements);
        }
    }

    [Fact]
    public void BadShapesAreNamed()
    {
        using DeviceScope scope = devices.Session.Device.Enter();
        DeviceKernels kernels = devices.Session.Kernels;
        Assert.Throws<ArgumentException>("shape", () => kernels.PrepareConv2d(new Conv2dShape(3, 4, 4, 5, 7, 7), 1));
        Assert.Throws<ArgumentException>("shape", () => kernels.PrepareConv2d(new Conv2dShape(3, 4, 4, 5, 1, 1, Groups: 2), 1));
        Assert.Throws<ArgumentOutOfRangeException>("batch", () => kernels.PrepareConv2d(new Conv2dShape(3, 4, 4, 5, 1, 1), -1));
    }
}
