using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>The linear layer against the CPU. Products are summed in another order than there: a few roundings of the largest element.</summary>
public sealed class LinearTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private const double Tolerance = 3e-6;

    [Theory]
    [InlineData(1, 1, 1, true, true)]
    [InlineData(1, 84, 10, true, false)]
    [InlineData(64, 784, 256, true, true)]
    [InlineData(17, 33, 35, false, true)]
    [InlineData(5, 40, 64, false, false)]
    [InlineData(33, 7, 12, true, true)]
    public void ForwardIsTheCpus(int batch, int inFeatures, int outFeatures, bool hasBias, bool relu)
    {
        Pair<float> x = devices.Random(batch * inFeatures, 1), w = devices.Random(outFeatures * inFeatures, 2), y = devices.Output(batch * outFeatures);
        Pair<float>? bias = hasBias ? devices.Random(outFeatures, 3) : null;
        Activation activation = relu ? Activation.Relu : Activation.None;
        devices.Run((kernels, side) => kernels.LinearForward(
            batch, inFeatures, outFeatures, side.At(x), side.At(w), side.At(bias), side.At(y), activation));
        y.AssertClose(Tolerance);
    }

    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(64, 256, 10, true)]
    [InlineData(17, 33, 35, true)]
    [InlineData(3, 12, 5, false)]
    public void InputGradientIsTheCpus(int batch, int inFeatures, int outFeatures, bool masked)
    {
        Pair<float> dy = devices.Random(batch * outFeatures, 1), w = devices.Random(outFeatures * inFeatures, 2), dx = devices.Output(batch * inFeatures);
        Pair<float>? mask = masked ? devices.Random(batch * inFeatures, 3) : null;
        devices.Run((kernels, side) => kernels.LinearBackwardInput(
            batch, inFeatures, outFeatures, side.At(dy), side.At(w), side.At(dx), side.At(mask)));
        dx.AssertClose(Tolerance);
    }

    [Theory]
    [InlineData(1, 1, 1, true, false)]
    [InlineData(64, 256, 10, true, true)]
    [InlineData(17, 33, 35, true, false)]
    [InlineData(131, 12, 65, true, true)]
    [InlineData(3, 12, 5, false, true)]
    public void WeightGradientIsTheCpus(int batch, int inFeatures, int outFeatures, bool hasBias, bool accumulate)
    {
        Pair<float> x = devices.Random(batch * inFeatures, 1), dy = devices.Random(batch * outFeatures, 2);
        Pair<float> dw = devices.Random(outFeatures * inFeatures, 3), db = devices.Random(outFeatures, 4);
        devices.Run((kernels, side) => kernels.LinearBackwardWeight(
            batch, inFeatures, outFeatures, side.At(x), side.At(dy), side.At(dw), side.At(hasBias ? db : null), accumulate));
        dw.AssertClose(Tolerance);
        db.AssertClose(hasBias ? Tolerance : 0);
    }

    [Fact]
    public void ReluKeepsNaN()
    {
        Pair<float> x = devices.Put<float>(float.NaN, 1, -1, 2), w = devices.Put<float>(1f), y = devices.Output(4);
        devices.Run((kernels, side) => kernels.LinearForward(4, 1, 1, side.At(x), side.At(w), default, side.At(y), Activation.Relu));
        y.AssertClose(0);
        Assert.True(float.IsNaN(y.Cuda()[0]));
        Assert.Equal(0, y.Cuda()[2]);
    }

    /// <summary>One pass behind the product, none where there is nothing to do; every byte of its sectors used.</summary>
    [Fact]
    public void EpilogueIsOneCoalescedPass()
    {
        EmulatedCuda? emulated = devices.Session.Emulated;
        if (emulated is null) Assert.Skip("Accesses are counted on the emulated device only.");
        const int Batch = 32, Features = 256;
        Pair<float> x = devices.Random(Batch * Features, 1), w = devices.Random(Features * Features, 2), bias = devices.Random(Features, 3);
        Pair<float> y = devices.Output(Batch * Features);
        emulated.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.LinearForward(Batch, Features, Features, side.At(x), side.At(w), default, side.At(y), Activation.None);
            kernels.LinearForward(Batch, Features, Features, side.At(x), side.At(w), side.At(bias), side.At(y), Activation.Relu);
            kernels.LinearBackwardInput(Batch, Features, Features, side.At(x), side.At(w), side.At(y), side.At(x));
            kernels.LinearBackwardWeight(Batch, Features, Features, side.At(x), side.At(x), side.At(w), side.At(bias), true);
        });
        LedgerRow epilogue = Assert.Single(emulated.Ledger.Kernels, row => row.Name == "epilogue");
        LedgerRow sums = Assert.Single(emulated.Ledger.Kernels, row => row.Name == "column_sums");
        Assert.Equal(2, epilogue.Counters.Launches);
        Assert.Equal(4 * ((5 * Batch * Features) + (Batch * Features)), epilogue.GlobalBytes);
        Assert.InRange(epilogue.SectorsPerIdeal, 0.5, 1.1);
        Assert.InRange(sums.SectorsPerIdeal, 0.5, 1.1);
        Assert.Equal(0, sums.Counters.SharedBankConflicts);
    }
}
