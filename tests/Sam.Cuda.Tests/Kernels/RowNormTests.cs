using Sam.Emulator;

namespace Sam.Cuda.Tests;

/// <summary>Layer and group normalisation against the CPU, and the statistics of rows against float64.</summary>
public sealed class RowNormTests
{
    // Sums of some thousand float32 terms in another order than the CPU's, relative to the largest element.
    private const double Tolerance = 3e-6;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 7)]
    [InlineData(6, 64)]
    [InlineData(3, 513)]
    [InlineData(2, 1200)]
    [InlineData(600, 40)]
    [InlineData(1, 17001)]
    public void LayerNormIsTheCpus(int rows, int columns)
    {
        int count = rows * columns;
        using TwoDevices devices = new();
        Pair<float> x = Shifted(devices, count), dy = devices.Random(count, 2), y = devices.Output(count), dx = devices.Output(count);
        Pair<float> scale = devices.Random(columns, 3), shift = devices.Random(columns, 4);
        Pair<float> mean = devices.Output(rows), inverse = devices.Output(rows);
        Pair<float> scaleGradient = devices.Output(columns), shiftGradient = devices.Random(columns, 5);
        devices.Run((kernels, side) =>
        {
            kernels.LayerNormForward(
                rows, columns, 1e-5f, side.At(x), side.At(scale), side.At(shift), side.At(y), side.At(mean), side.At(inverse));
            kernels.LayerNormBackward(
                rows, columns, side.At(x), side.At(scale), side.At(dy), side.At(mean), side.At(inverse), side.At(dx), side.At(scaleGradient),
                default, false);
            kernels.LayerNormBackward(
                rows, columns, side.At(x), default, side.At(dy), side.At(mean), side.At(inverse), side.At(dy), side.At(scaleGradient),
                side.At(shiftGradient), true);
        });
        foreach (Pair<float> pair in (Pair<float>[])[mean, inverse, y, dx, dy, scaleGradient, shiftGradient]) pair.AssertClose(Tolerance);

        Pair<float> again = devices.Output(count);
        devices.Run((kernels, side) => kernels.LayerNormForward(
            rows, columns, 1e-5f, side.At(x), default, default, side.At(again), side.At(mean), side.At(inverse)));
        again.AssertClose(Tolerance);
    }

    [Theory]
    [InlineData(2, 6, 7, 3)]
    [InlineData(3, 8, 16, 2)]
    [InlineData(2, 4, 49, 1)]
    [InlineData(2, 12, 1, 3)]
    [InlineData(3, 2, 1600, 2)]
    [InlineData(2, 3, 1001, 1)]
    public void GroupNormIsTheCpus(int batch, int channels, int size, int groups)
    {
        int count = batch * channels * size;
        using TwoDevices devices = new();
        Pair<float> x = Shifted(devices, count), dy = devices.Random(count, 2), y = devices.Output(count), dx = devices.Output(count);
        Pair<float> scale = devices.Random(channels, 3), shift = devices.Random(channels, 4);
        Pair<float> mean = devices.Output(batch * groups), inverse = devices.Output(batch * groups);
        Pair<float> scaleGradient = devices.Random(channels, 5), shiftGradient = devices.Output(channels);
        devices.Run((kernels, side) =>
        {
            kernels.GroupNormForward(
                batch, channels, size, groups, 1e-5f, side.At(x), side.At(scale), side.At(shift), side.At(y), side.At(mean), side.At(inverse));
            kernels.GroupNormBackward(
                batch, channels, size, groups, side.At(x), side.At(scale), side.At(dy), side.At(mean), side.At(inverse), side.At(dx),
                side.At(scaleGradient), default, true);
            kernels.GroupNormBackward(
                batch, channels, size, groups, side.At(x), default, side.At(dy), side.At(mean), side.At(inverse), side.At(dy), default,
                side.At(shiftGradient), false);
        });
        foreach (Pair<float> pair in (Pair<float>[])[mean, inverse, y, dx, dy, scaleGradient, shiftGradient]) pair.AssertClose(Tolerance);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1000)]
    public void AVarianceFarBelowTheMeanKeepsItsDigits(int columns)
    {
        using TwoDevices devices = new();
        float[] values = [.. devices.Random(columns, 3).Cpu().Select(static value => 10000 + value)];
        Pair<float> x = devices.Put<float>(values), y = devices.Output(columns), mean = devices.Output(1), inverse = devices.Output(1);
        devices.Run((kernels, side) => kernels.LayerNormForward(
            1, columns, 1e-5f, side.At(x), default, default, side.At(y), side.At(mean), side.At(inverse)));
        double average = values.Average(static value => (double)value);
        double variance = values.Average(value => (value - average) * (value - average));
        Assert.Equal(average, mean.Cuda()[0], 1e-7 * average);
        Assert.Equal(1, inverse.Cuda()[0] * Math.Sqrt(variance + 1e-5), 2e-6);
    }

    [Fact]
    public void ARowThatIsNotFiniteSpoilsNoOther()
    {
        const int Columns = 36;
        using TwoDevices devices = new();
        float[] values = Shifted(devices, 3 * Columns).Cpu();
        values[Columns + 5] = float.PositiveInfinity;
        Pair<float> x = devices.Put<float>(values), y = devices.Output(3 * Columns), mean = devices.Output(3), inverse = devices.Output(3);
        devices.Run((kernels, side) => kernels.LayerNormForward(
            3, Columns, 1e-5f, side.At(x), default, default, side.At(y), side.At(mean), side.At(inverse)));
        y.AssertClose(Tolerance);
        Assert.Equal([false, true, false], mean.Cuda().Select(float.IsNaN));
    }

    [Fact]
    public void LoadsAndStoresAreCoalesced()
    {
        const int Rows = 64, Columns = 256;
        using TwoDevices devices = new();
        if (devices.Session.Emulated is not { } cuda) return;
        Pair<float> x = Shifted(devices, Rows * Columns), y = devices.Output(Rows * Columns), dx = devices.Output(Rows * Columns);
        Pair<float> scale = devices.Random(Columns, 3), mean = devices.Output(Rows), inverse = devices.Output(Rows), gradient = devices.Output(Columns);
        cuda.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.LayerNormForward(Rows, Columns, 1e-5f, side.At(x), side.At(scale), default, side.At(y), side.At(mean), side.At(inverse));
            kernels.LayerNormBackward(
                Rows, Columns, side.At(x), side.At(scale), side.At(y), side.At(mean), side.At(inverse), side.At(dx), side.At(gradient),
                default, false);
        });
        Assert.Equal(3, cuda.Ledger.KernelRuns);
        foreach (LedgerRow row in cuda.Ledger.Kernels)
        {
            // A row's statistics take a sector each, read by every warp that works on the row.
            long own = 32L * Rows * (row.Name == "layer_norm_parameters" ? 2 * Columns / 32 : 2);
            Assert.InRange(row.GlobalSectors * 32, 1, row.GlobalBytes + own);
            Assert.Equal(0, row.Counters.SharedBankConflicts);
            Assert.Equal(0, row.Counters.LocalBytes);
        }
    }

    private static Pair<float> Shifted(TwoDevices devices, int count) =>
        devices.Put<float>([.. devices.Random(count, 1).Cpu().Select(static value => (2 * value) + 1.5f)]);
}
