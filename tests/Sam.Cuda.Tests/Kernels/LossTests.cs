using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Losses and sums against the CPU.</summary>
public sealed class LossTests
{
    // Sums in double in another order: a rounding of 2^-53 for each of some ten thousand additions, and far less in practice.
    private const double SumTolerance = 1e-12;

    // The sum of a row's exponentials is float32, in another order than the CPU's.
    private const double RowTolerance = 1e-6;

    [Theory]
    [InlineData(1, 2, 0f, Reduction.Mean)]
    [InlineData(9, 10, 0f, Reduction.Mean)]
    [InlineData(70, 10, 0.1f, Reduction.Sum)]
    [InlineData(2100, 10, 0.1f, Reduction.Mean)]
    [InlineData(17, 33, 1f, Reduction.Mean)]
    [InlineData(5, 256, 0.2f, Reduction.Mean)]
    [InlineData(3, 257, 0f, Reduction.Sum)]
    [InlineData(3, 1000, 0.1f, Reduction.Mean)]
    public void CrossEntropyIsTheCpus(int batch, int classes, float smoothing, Reduction reduction)
    {
        using TwoDevices devices = new();
        Pair<float> logits = devices.Random(batch * classes, 1, 5), gradient = devices.Output(batch * classes), again = devices.Output(batch * classes);
        Pair<int> labels = devices.Put<int>([.. Enumerable.Range(0, batch).Select(b => b * 7 % classes)]);
        Pair<double> loss = devices.Room<double>(1), lossAgain = devices.Room<double>(1);
        devices.Run((kernels, side) =>
        {
            kernels.SoftmaxCrossEntropy(batch, classes, side.At(logits), side.At(labels), smoothing, reduction, side.At(gradient), side.At(loss));
            kernels.SoftmaxCrossEntropy(batch, classes, side.At(logits), side.At(labels), smoothing, reduction, side.At(again), side.At(lossAgain));
        });
        loss.AssertClose(RowTolerance);
        gradient.AssertClose(RowTolerance);
        Assert.Equal(gradient.Cuda(), again.Cuda());
        Assert.Equal(loss.Cuda(), lossAgain.Cuda());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void CrossEntropyOfLogitsThatAreNotFinite(int classes)
    {
        using TwoDevices devices = new();
        float[] values = new float[5 * classes];
        values[1] = float.NaN;
        values[classes + 3] = float.PositiveInfinity;
        values[(2 * classes) + 3] = float.NegativeInfinity;
        values[(3 * classes) + 4] = 3e38f;
        Pair<float> logits = devices.Put<float>(values), gradient = devices.Output(values.Length);
        Pair<int> labels = devices.Put(0, 0, 0, 4, 2);
        Pair<double> loss = devices.Room<double>(1), finite = devices.Room<double>(1);
        devices.Run((kernels, side) =>
        {
            kernels.SoftmaxCrossEntropy(5, classes, side.At(logits), side.At(labels), 0, Reduction.Mean, side.At(gradient), side.At(loss));
            DevicePointer<float> third = side.At(logits) + (2 * classes), target = side.At(gradient) + (2 * classes);
            kernels.SoftmaxCrossEntropy(3, classes, third, side.At(labels) + 2, 0, Reduction.Sum, target, side.At(finite));
        });
        Assert.True(double.IsNaN(loss.Cuda()[0]));
        gradient.AssertClose(RowTolerance);
        finite.AssertClose(RowTolerance);
        gradient.AssertClose(RowTolerance);
        Assert.All(gradient.Cuda()[..(2 * classes)], static value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1003, 0)]
    [InlineData(1003, 1)]
    [InlineData(20001, 0)]
    public void SquaredErrorAndSumsAreTheCpus(int count, int offset)
    {
        using TwoDevices devices = new();
        Pair<float> y = devices.Random(count + offset, 1), t = devices.Random(count + offset, 2), dy = devices.Output(count + offset);
        Pair<double> results = devices.Room<double>(4);
        devices.Run((kernels, side) =>
        {
            DevicePointer<double> result = side.At(results);
            kernels.SquaredError(count, side.At(y) + offset, side.At(t) + offset, Reduction.Mean, side.At(dy) + offset, result);
            kernels.Sum(count, side.At(y) + offset, result + 1);
            kernels.SumOfSquares(count, side.At(t) + offset, result + 2);
            kernels.SquaredError(count, side.At(y) + offset, side.At(t) + offset, Reduction.Sum, side.At(t) + offset, result + 3);
        });
        dy.AssertClose(0);
        t.AssertClose(0);
        results.AssertClose(SumTolerance);
    }

    [Fact]
    public void SumsDependOnTheCountAloneNotOnTheAddress()
    {
        const int Count = 9001;
        using TwoDevices devices = new();
        Pair<float> x = devices.Random(Count, 1), moved = devices.Output(Count + 1);
        Pair<double> results = devices.Room<double>(2);
        devices.Run((kernels, side) =>
        {
            kernels.Copy(Count, side.At(x), side.At(moved) + 1);
            kernels.SumOfSquares(Count, side.At(x), side.At(results));
            kernels.SumOfSquares(Count, side.At(moved) + 1, side.At(results) + 1);
        });
        Assert.Equal(results.Cuda()[0], results.Cuda()[1]);
    }

    [Fact]
    public void SumsOfSquaresAreFiniteExactlyWhereTheElementsAre()
    {
        using TwoDevices devices = new();
        Pair<float> x = devices.Put(float.MaxValue, float.Epsilon, float.MinValue, 1f, float.NaN, float.PositiveInfinity);
        Pair<double> results = devices.Room<double>(3);
        devices.Run((kernels, side) =>
        {
            kernels.SumOfSquares(4, side.At(x), side.At(results));
            kernels.SumOfSquares(5, side.At(x), side.At(results) + 1);
            kernels.SumOfSquares(1, side.At(x) + 5, side.At(results) + 2);
        });
        Assert.Equal(2.0 * float.MaxValue * float.MaxValue, results.Cuda()[0]);
        Assert.Equal([double.NaN, double.PositiveInfinity], results.Cuda()[1..]);
    }

    [Fact]
    public void OneLaunchEachAndCoalesced()
    {
        using TwoDevices devices = new();
        if (devices.Session.Emulated is not { } cuda) return;
        const int Count = 16384, Batch = 128, Classes = 10;
        Pair<float> x = devices.Random(Count, 1), dx = devices.Output(Count);
        Pair<int> labels = devices.Put(new int[Batch]);
        Pair<double> result = devices.Room<double>(1);
        cuda.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.SumOfSquares(Count, side.At(x), side.At(result));
            kernels.SquaredError(Count, side.At(x), side.At(x), Reduction.Mean, side.At(dx), side.At(result));
            kernels.SoftmaxCrossEntropy(
                Batch, Classes, side.At(x), side.At(labels), 0, Reduction.Mean, side.At(dx), side.At(result));
        });
        Assert.Equal(3, cuda.Ledger.KernelRuns);
        foreach (string name in (string[])["sum_of_squares", "squared_error"])
        {
            Assert.InRange(cuda.Ledger.Kernels.Single(kernel => kernel.Name == name).SectorsPerIdeal, 1.0, 1.1);
        }

        // Labels are read one by one.
        KernelCounters counters = cuda.Ledger.Kernels.Single(kernel => kernel.Name == "cross_entropy_tiles").Counters;
        Assert.InRange(counters.GlobalLoadSectors, 1, (Batch * Classes / 8) + Batch + 32);
        Assert.InRange(counters.GlobalStoreSectors, Batch * Classes / 8, (Batch * Classes / 8 * 1.1) + 32);
        Assert.Equal(0, counters.SharedBankConflicts);
    }
}
