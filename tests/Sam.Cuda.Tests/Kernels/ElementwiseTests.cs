namespace Sam.Cuda.Tests;

/// <summary>Fill, copy, add and scale against the CPU, bit for bit.</summary>
public sealed class ElementwiseTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1003, 0)]
    [InlineData(1003, 1)]
    [InlineData(70000, 3)]
    public void TheSameBitsAsTheCpu(int count, int offset)
    {
        using TwoDevices devices = new();
        Pair<float> x = devices.Random(count + offset, 1), y = devices.Random(count + offset, 2), z = devices.Output(count + offset);
        Pair<float> w = devices.Output(count);
        devices.Run((kernels, side) =>
        {
            kernels.Add(count, side.At(x) + offset, side.At(y) + offset);
            kernels.Scale(count, 1.7f, side.At(y) + offset);
            kernels.Copy(count, side.At(y) + offset, side.At(z));
            kernels.Fill(count, 0.3f, side.At(w));
        });
        y.AssertClose(0);
        z.AssertClose(0);
        w.AssertClose(0);
    }
}
